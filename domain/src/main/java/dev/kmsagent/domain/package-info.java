/**
 * Secrets, their freshness, and the outcomes of retrieving one.
 *
 * <p>Pure values and rules: nothing here blocks, logs or knows a technology. Every other module but
 * {@code emulator} may depend on it, {@code config} on this package alone; it depends on the JDK
 * alone.
 */
@NullMarked
package dev.kmsagent.domain;

import org.jspecify.annotations.NullMarked;
