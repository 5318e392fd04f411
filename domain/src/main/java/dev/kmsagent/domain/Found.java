package dev.kmsagent.domain;

/** The secret, and how the cache had part in it. */
public record Found(CacheEntry entry, CacheState state) implements Retrieval {}
