package dev.kmsagent.emulator.protocol;

import java.util.Optional;

/**
 * The outcome of authenticating a request.
 *
 * @param scheme how it was signed
 * @param accessKeyId the key that it names; empty where it names none
 * @param refusal why its action does not run; empty where the signature is right, the key valid and
 *     the request new, or where the action needs no signature
 */
public record Authentication(
    SignatureScheme scheme, String accessKeyId, Optional<ApiError> refusal) {}
