package dev.kmsagent.domain;

import java.time.Instant;

/** A version of a secret and the date of its creation. */
public record DatedVersion(VersionId id, Instant createdAt) {}
