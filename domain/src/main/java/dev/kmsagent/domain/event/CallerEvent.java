package dev.kmsagent.domain.event;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Subject;
import java.time.Instant;

/** What becomes of callers where each pod has its own role. */
public sealed interface CallerEvent extends AgentEvent {
  /** The keys that verify tokens were obtained. */
  record ClusterKeysObtained(int keys) implements CallerEvent {}

  /** They could not be obtained; those in use, if any, stay in use. */
  record ClusterKeysUnavailable(String detail) implements CallerEvent {}

  /** The keys from before a restart count until the cluster answers. */
  record ClusterKeysRestored(int keys) implements CallerEvent {}

  /** STS and KMS have answered for the first time. */
  record CloudAnswered() implements CallerEvent {}

  /** One of them, by its {@code host}, does not answer yet as it does when it works. */
  record CloudUnanswered(String host, String detail) implements CallerEvent {}

  /** STS gave a subject a key of a role, good until {@code usableUntil}. */
  record GrantConfirmed(Subject subject, Principal role, Instant usableUntil)
      implements CallerEvent {}

  /** STS did not decide; before a restart it had confirmed the grant, until {@code until}. */
  record GrantRestored(Subject subject, Principal role, Instant until) implements CallerEvent {}

  /** STS refused a subject a role: it is served nothing any more. */
  record GrantEnded(Subject subject, Principal role, NoSecret reason) implements CallerEvent {}

  /** STS did not decide, or did not accept the token; what was granted before goes on. */
  record GrantNotConfirmed(Subject subject, Principal role, NoSecret reason)
      implements CallerEvent {}

  /** A role has cached secrets from now on. */
  record TenantOpened(Principal role, int tenants) implements CallerEvent {}

  /** A role was not granted to any caller for long, or had to make room. */
  record TenantClosed(Principal role, int tenants) implements CallerEvent {}
}
