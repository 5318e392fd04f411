/**
 * The soak, which {@code build/soak} runs: agents of the distribution under full load while all
 * that they depend on changes and fails. Each answer is judged from outside by the documented
 * rules.
 *
 * <p>A time is a value of {@link System#nanoTime}.
 */
@NullMarked
package dev.kmsagent.bootstrap.soak;

import org.jspecify.annotations.NullMarked;
