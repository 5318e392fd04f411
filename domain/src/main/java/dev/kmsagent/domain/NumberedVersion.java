package dev.kmsagent.domain;

/**
 * A version of a secret with the number by which clients of Vault call it.
 *
 * @param number at least 1; a later version has a greater one
 * @param isDropped whether KMS no longer lists the version
 */
public record NumberedVersion(int number, DatedVersion version, boolean isDropped) {}
