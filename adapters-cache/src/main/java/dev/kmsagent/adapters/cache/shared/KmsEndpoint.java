package dev.kmsagent.adapters.cache.shared;

/**
 * Where secrets are read.
 *
 * @param region may be empty
 * @param endpoint host and port of KMS
 */
public record KmsEndpoint(String region, String endpoint) {}
