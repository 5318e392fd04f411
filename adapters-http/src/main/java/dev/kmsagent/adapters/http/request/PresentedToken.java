package dev.kmsagent.adapters.http.request;

import dev.kmsagent.domain.ConfidentialText;
import java.time.Instant;
import java.util.Optional;

/**
 * The token that a client has sent.
 *
 * @param end when it ends; empty for one that is good until its file changes
 */
public record PresentedToken(ConfidentialText text, Optional<Instant> end) {}
