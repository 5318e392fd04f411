/** The encoding of parameters. */
@NullMarked
package dev.kmsagent.emulator.protocol;

import org.jspecify.annotations.NullMarked;
