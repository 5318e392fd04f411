package dev.kmsagent.domain.event;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.SecretName;
import java.time.Instant;
import java.util.Map;

/** Prefetching at the start, and files that are read again. */
public sealed interface LifecycleEvent extends AgentEvent {
  /** A secret that should be prefetched could not be. */
  record PrefetchFailed(SecretName name, NoSecret reason) implements LifecycleEvent {}

  /**
   * A try to prefetch is over.
   *
   * @param loaded since the last such event
   * @param failed how many secrets have no value yet
   * @param refused those of them that KMS answered for: it refuses or does not know them
   */
  record PrefetchFinished(int loaded, int failed, Map<SecretName, Refused> refused)
      implements LifecycleEvent {
    public PrefetchFinished {
      refused = Map.copyOf(refused);
    }
  }

  /** The token file was read again after a change. */
  record TokenReloaded() implements LifecycleEvent {}

  /** The token that is in force from now on is so short that it may be guessed. */
  record TokenGuessable() implements LifecycleEvent {}

  /** The token file could not be read again; the token read before stays in force. */
  record TokenUnreadable(String reason) implements LifecycleEvent {}

  /** The file of authorities was read again after a change. */
  record AuthoritiesReloaded() implements LifecycleEvent {}

  /** The file of authorities could not be read again; those read before stay in force. */
  record AuthoritiesUnreadable(String reason) implements LifecycleEvent {}

  /** The certificate of the main listener, which ends at {@code end}, was read or read again. */
  record CertificateLoaded(Instant end) implements LifecycleEvent {}

  /** Its files cannot be used, or it has ended; what was read before stays in force. */
  record CertificateUnusable(String reason) implements LifecycleEvent {}
}
