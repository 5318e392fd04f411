package dev.kmsagent.domain.event;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Principal;
import java.time.Duration;
import java.time.Instant;

/** The key that calls are signed with. */
public sealed interface CredentialEvent extends AgentEvent {
  /**
   * A key to sign calls with was obtained, good until {@code end}; {@code Instant.MAX}: lasting.
   */
  record CredentialsObtained(Instant end) implements CredentialEvent {}

  /**
   * The key could not be renewed; the current one is used until {@code end}; the next attempt
   * follows after {@code retryIn}.
   */
  record CredentialsNotRenewed(NoSecret reason, Duration retryIn, Instant end)
      implements CredentialEvent {}

  /**
   * There is no key to sign calls with; the next attempt to get one comes after {@code retryIn}.
   */
  record CredentialsMissing(NoSecret reason, Duration retryIn) implements CredentialEvent {}

  /**
   * Who the owner of the keys was is known from before a restart, and counts until whoever issues
   * keys answers, or {@code until}.
   */
  record PrincipalRestored(Principal principal, Instant until) implements CredentialEvent {}

  /** The platform has not renewed in time the token that the next key is asked for with. */
  record OidcTokenOverdue(String reason) implements CredentialEvent {}

  /** It has renewed that token. */
  record OidcTokenRenewed() implements CredentialEvent {}
}
