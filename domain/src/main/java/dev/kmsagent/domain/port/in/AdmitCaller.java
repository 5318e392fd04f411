package dev.kmsagent.domain.port.in;

import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.VerifiedPod;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** In-port: decides which role's secrets a pod may read. Thread-safe. */
public interface AdmitCaller {
  /**
   * Verifies the token and has STS confirm the role. Completes within the time limit of a request,
   * never exceptionally.
   *
   * @param role the name or ARN that the caller asks for; empty for the one of the configuration
   * @param peer the network address that sent the token
   */
  CompletionStage<CallerAdmission> admit(
      ConfidentialText token, Optional<String> role, String peer);

  /** Whether a caller gets secrets. */
  sealed interface CallerAdmission {
    /** It does, for as long as {@code access} says. */
    record Admitted(CallerAccess access) implements CallerAdmission {}

    /**
     * It does not.
     *
     * @param detail one sentence for people, without anything confidential
     * @param subject who asked, where the token was verified
     * @param role that it asked for, where that is one
     */
    record Rejected(
        Reason reason, String detail, Optional<Subject> subject, Optional<Principal> role)
        implements CallerAdmission {
      /** A caller that is not known. */
      public Rejected(Reason reason, String detail) {
        this(reason, detail, Optional.empty(), Optional.empty());
      }
    }

    /** Why a caller gets no secrets. */
    enum Reason {
      /** The token is not accepted, by this agent or by STS. */
      TOKEN,
      /** The subject may not assume the role, or names none that it could. */
      ROLE,
      /** The subject or its namespace asked STS for roles too often. */
      RATE,
      /** It cannot be decided now: keys or STS are not available. */
      UNAVAILABLE
    }
  }

  /** In-port: the secrets of a caller that was admitted. Thread-safe; never blocks. */
  interface CallerAccess {
    /**
     * Retrieves the secrets of the caller's role; empty once its token has ended, or the grant of
     * the role has to be confirmed anew: then the caller must be admitted again.
     */
    Optional<RetrieveSecret> secrets();

    /** Who was admitted. */
    VerifiedPod identity();

    /** To which role. */
    Principal role();
  }
}
