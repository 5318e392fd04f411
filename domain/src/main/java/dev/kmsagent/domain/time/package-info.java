/**
 * The clocks, timers and chance of an agent in one value, with its back-off and renewal.
 *
 * <p>Depends on the port {@code Scheduler}, and on nothing else of the domain.
 */
@NullMarked
package dev.kmsagent.domain.time;

import org.jspecify.annotations.NullMarked;
