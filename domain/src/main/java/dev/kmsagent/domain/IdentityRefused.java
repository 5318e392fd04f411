package dev.kmsagent.domain;

/**
 * Our own identity was refused, by KMS, STS or for lack of one. It says nothing about any secret.
 *
 * @param code what the cloud said, e.g. {@code SignatureDoesNotMatch}; empty when it said nothing
 * @param detail one sentence for people, without anything confidential
 */
public record IdentityRefused(String code, String detail) implements NoSecret {}
