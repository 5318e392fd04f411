/**
 * End-to-end tests: the real process, started from the distribution, against the emulator in this
 * one. What clients and operators see is judged from outside, so the agent's own classes are not
 * used here; the emulator's are.
 */
@NullMarked
package dev.kmsagent.bootstrap.e2e;

import org.jspecify.annotations.NullMarked;
