/** Secrets and where they are kept, without a server. */
@NullMarked
package dev.kmsagent.emulator.secrets;

import org.jspecify.annotations.NullMarked;
