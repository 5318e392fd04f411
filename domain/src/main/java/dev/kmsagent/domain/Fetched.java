package dev.kmsagent.domain;

/** KMS gave the secret. */
public record Fetched(Secret secret) implements FetchOutcome {}
