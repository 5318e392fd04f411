/** Tests of the adapter against the emulator and against hand-made servers. */
@NullMarked
package dev.kmsagent.adapters.kms.transport;

import org.jspecify.annotations.NullMarked;
