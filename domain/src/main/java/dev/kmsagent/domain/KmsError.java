package dev.kmsagent.domain;

/**
 * An error as KMS reported it; it never holds a secret.
 *
 * @param status the HTTP status of KMS's answer
 * @param code e.g. {@code Forbidden.ResourceNotFound}
 * @param requestId of the call that was answered so; empty when KMS gave none
 */
public record KmsError(int status, String code, String message, String requestId) {}
