package dev.kmsagent.domain;

/** What came of asking KMS for a secret: the secret, or why there is none. */
public sealed interface FetchOutcome permits Fetched, NoSecret {}
