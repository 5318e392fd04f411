/** The emulator from outside: real HTTP clients against a running one. */
@NullMarked
package dev.kmsagent.emulator;

import org.jspecify.annotations.NullMarked;
