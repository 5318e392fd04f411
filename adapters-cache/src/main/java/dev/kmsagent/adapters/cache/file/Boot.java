package dev.kmsagent.adapters.cache.file;

import java.time.Duration;

/**
 * One run of this machine, and for how long it has lasted.
 *
 * @param id another one after each boot; empty where it cannot be read
 * @param uptime counts suspension
 */
public record Boot(String id, Duration uptime) {}
