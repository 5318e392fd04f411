package dev.kmsagent.domain;

import java.time.Instant;

/**
 * What a verified token says of the pod that sent it.
 *
 * @param pod its name; empty where the token names none
 * @param end when the token is not accepted any more, by the agent's clock
 */
public record PodIdentity(PodToken presented, Subject subject, String pod, Instant end) {}
