/**
 * An emulated cloud as the commands {@code dev} and {@code emulator} run it: with an access key, a
 * role, and the environment that an SDK needs to use it.
 */
@NullMarked
package dev.kmsagent.emulator.session;

import org.jspecify.annotations.NullMarked;
