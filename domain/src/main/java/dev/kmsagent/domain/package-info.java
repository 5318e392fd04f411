/**
 * Secrets, their freshness, and the outcomes of retrieving one.
 *
 * <p>Pure values and rules: nothing here blocks, logs or knows a technology. Every other module but
 * {@code config} and {@code emulator} may depend on it; it depends on the JDK alone.
 */
@NullMarked
package dev.kmsagent.domain;

import org.jspecify.annotations.NullMarked;
