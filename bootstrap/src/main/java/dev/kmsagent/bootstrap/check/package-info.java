/**
 * {@code check} as a doctor: looks, in the order in which the agent would need it, at everything
 * between a configuration and a secret, and says what it found. It may know the wiring; the command
 * line alone depends on it.
 */
@NullMarked
package dev.kmsagent.bootstrap.check;

import org.jspecify.annotations.NullMarked;
