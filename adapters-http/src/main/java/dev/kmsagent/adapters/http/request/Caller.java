package dev.kmsagent.adapters.http.request;

import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import java.time.Instant;
import java.util.Optional;

/**
 * Who is served.
 *
 * @param token that the client has sent
 * @param end when it ends; empty for one that is good until its file changes
 * @param secrets that it may read; empty for a client that need not be identified
 */
public record Caller(
    ConfidentialText token, Optional<Instant> end, Optional<RetrieveSecret> secrets)
    implements Identification {
  /** Who sends a request that needs no token. */
  public static final Caller NONE =
      new Caller(new ConfidentialText(""), Optional.empty(), Optional.empty());
}
