/**
 * The use cases. They wait on stages and timers that are passed in, and never block a thread. May
 * depend on the domain alone; only the wiring depends on it.
 */
@NullMarked
package dev.kmsagent.application;

import org.jspecify.annotations.NullMarked;
