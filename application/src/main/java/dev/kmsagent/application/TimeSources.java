package dev.kmsagent.application;

import dev.kmsagent.domain.port.Scheduler;
import java.time.InstantSource;
import java.util.function.DoubleSupplier;

/**
 * Clock, timers and randomness.
 *
 * @param chance random numbers from 0 (inclusive) to 1 (exclusive); called by many threads
 */
public record TimeSources(InstantSource clock, Scheduler scheduler, DoubleSupplier chance) {}
