/**
 * The use cases: which of the ports is used when. Everything waits on futures and timers that are
 * passed in, never on a thread. May depend on the domain alone; only the wiring depends on it.
 */
@NullMarked
package dev.kmsagent.application;

import org.jspecify.annotations.NullMarked;
