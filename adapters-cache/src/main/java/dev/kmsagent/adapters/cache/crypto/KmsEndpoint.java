package dev.kmsagent.adapters.cache.crypto;

/**
 * Where secrets are read.
 *
 * @param region may be empty
 * @param authority host and port
 */
public record KmsEndpoint(String region, String authority) {}
