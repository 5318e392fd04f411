package dev.kmsagent.domain;

import java.time.Instant;

/**
 * What a verified token says of the pod that sent it.
 *
 * @param pod its name; empty where the token names none
 * @param expiry what the token says of its end, by the agent's clock
 * @param end when it is not accepted any more: later, since clocks differ
 */
public record VerifiedPod(
    ConfidentialText presented, Subject subject, String pod, Instant expiry, Instant end) {}
