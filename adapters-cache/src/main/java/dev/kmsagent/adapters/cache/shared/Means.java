package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.Scheduler;
import java.security.SecureRandom;
import java.util.concurrent.Executor;

/**
 * What a shared cache runs on: time, threads, randomness, and the receiver of events.
 *
 * @param executor for writes, and checks of copies that may have changed
 */
public record Means(
    Clocks clocks,
    Scheduler scheduler,
    Executor executor,
    SecureRandom random,
    AgentEvents events) {}
