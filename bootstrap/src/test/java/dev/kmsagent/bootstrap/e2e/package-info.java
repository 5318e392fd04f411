/**
 * End-to-end tests: the whole agent against the emulator, as a process that is started from the
 * distribution, or wired in this JVM over virtual time. What clients and operators see is judged
 * from outside.
 */
@NullMarked
package dev.kmsagent.bootstrap.e2e;

import org.jspecify.annotations.NullMarked;
