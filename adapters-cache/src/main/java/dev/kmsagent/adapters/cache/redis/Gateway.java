package dev.kmsagent.adapters.cache.redis;

/**
 * Where secrets are read.
 *
 * @param region may be empty
 * @param endpoint host and port of KMS
 */
public record Gateway(String region, String endpoint) {}
