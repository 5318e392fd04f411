package dev.kmsagent.bootstrap.check;

import dev.kmsagent.adapters.kms.pods.PodAccess;
import dev.kmsagent.application.tenants.RoleSelection;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.domain.PodIdentity;
import dev.kmsagent.domain.PodToken;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.TokenVerdict.Rejected;
import dev.kmsagent.domain.TokenVerdict.Unverifiable;
import dev.kmsagent.domain.TokenVerdict.Verified;
import dev.kmsagent.domain.port.GrantOutcome.Granted;
import dev.kmsagent.domain.port.GrantOutcome.RoleRefused;
import dev.kmsagent.domain.port.GrantOutcome.TokenRefused;
import dev.kmsagent.domain.port.GrantOutcome.Undecided;
import dev.kmsagent.domain.port.SecretSource;
import java.util.Optional;

/** Tries the token of a pod as the agent of its node would. It calls the cluster and STS. */
final class PodCheck {
  private static final String SUBJECT = "pod token";

  private final CredentialSource.PodIdentity config;
  private final PodAccess access;

  /** Why the pod reads nothing, or what it reads with. */
  record Result(Finding finding, Optional<SecretSource> secrets) {}

  PodCheck(CredentialSource.PodIdentity config, PodAccess access) {
    this.config = config;
    this.access = access;
  }

  /** Waits for the answers. */
  Result check(PodToken token) {
    return switch (access.tokens().verify(token).toCompletableFuture().join()) {
      case Verified(var identity) -> check(identity);
      case Rejected(var detail) -> problem(detail);
      case Unverifiable(var detail) -> problem(detail);
    };
  }

  private Result check(PodIdentity identity) {
    return new RoleSelection(config.roleArn(), config.accounts())
        .select(identity.subject(), Optional.empty())
        .map(role -> assume(identity, role))
        .orElseGet(
            () -> problem("KMS.RoleArn gives " + identity.subject() + " no role of an account."));
  }

  private Result assume(PodIdentity identity, Principal role) {
    return switch (access.role(role).assume(identity).toCompletableFuture().join()) {
      case Granted(var secrets, _) ->
          new Result(
              Finding.ok(SUBJECT, "STS grants %s to %s.".formatted(role, identity.subject())),
              Optional.of(secrets));
      case TokenRefused(var why) -> problem(Finding.explain(why));
      case RoleRefused(var why) ->
          problem("%s, for %s: %s".formatted(role, identity.subject(), Finding.explain(why)));
      case Undecided(var why) -> problem(Finding.explain(why));
    };
  }

  private static Result problem(String detail) {
    return new Result(Finding.problem(SUBJECT, detail), Optional.empty());
  }
}
