package dev.kmsagent.adapters.http.request;

import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/** Who sent a request, as far as that is known without waiting. */
public sealed interface Identification
    permits Identification.Known, Identification.Unknown, Admission.Rejected {
  /**
   * Who is served.
   *
   * @param token that the client has sent
   * @param end when it ends; empty for one that is good until its file changes
   * @param secrets that it may read; empty for a client that need not be identified
   * @param isLocal for a client that need not be identified, whether it is on this machine or in
   *     this pod, and calls through no proxy
   */
  record Known(
      ConfidentialText token,
      Optional<Instant> end,
      Optional<RetrieveSecret> secrets,
      boolean isLocal)
      implements Identification {
    /** Who sends a request that needs no token. */
    public static final Known NONE = anonymous(false);

    /** The same, from this machine or this pod. */
    public static final Known LOCAL = anonymous(true);

    private static Known anonymous(boolean isLocal) {
      return new Known(new ConfidentialText(""), Optional.empty(), Optional.empty(), isLocal);
    }
  }

  /**
   * A client that has to be admitted first.
   *
   * @param admitted has it admitted, which waits
   */
  record Unknown(Supplier<Identification> admitted) implements Identification {}
}
