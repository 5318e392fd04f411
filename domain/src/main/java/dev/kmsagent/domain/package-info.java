/**
 * What a secret is, how fresh it is, and what can come of asking for one.
 *
 * <p>Pure values and rules: nothing here waits, logs or knows a technology. Every other room but
 * {@code config} and {@code emulator} may depend on it; it depends on the JDK alone.
 */
@NullMarked
package dev.kmsagent.domain;

import org.jspecify.annotations.NullMarked;
