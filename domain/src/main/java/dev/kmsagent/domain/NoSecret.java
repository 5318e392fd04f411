package dev.kmsagent.domain;

/**
 * Why there is no secret. The three kinds differ in what they say of a cached value: {@link
 * Refused} forbids it, {@link Unavailable} lets it stand in, {@link IdentityRefused} says nothing
 * about it.
 */
public sealed interface NoSecret extends FetchOutcome, Retrieval
    permits Refused, Unavailable, IdentityRefused {}
