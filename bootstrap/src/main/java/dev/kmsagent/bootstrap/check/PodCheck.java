package dev.kmsagent.bootstrap.check;

import dev.kmsagent.adapters.kms.pods.PodAccess;
import dev.kmsagent.application.tenants.RoleSelection;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.VerifiedPod;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.Granted;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.KeyRefused;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.RoleRefused;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.TokenRefused;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.Undecided;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict.Rejected;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict.Unverifiable;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict.Verified;
import java.util.Optional;

/** Tries the token of a pod as the agent of its node would. It calls the cluster and STS. */
record PodCheck(CredentialSource.PodIdentity config, PodAccess access, Report report) {
  static final String SUBJECT = "pod token";

  /** Waits for the answers; what the pod reads with, if it may. */
  Optional<SecretSource> check(ConfidentialText token) {
    var verdict =
        access
            .tokens()
            .parse(token)
            .map(parsed -> parsed.verify().toCompletableFuture().join())
            .orElse(TokenVerdict.MALFORMED);
    return switch (verdict) {
      case Verified(var identity) -> check(identity);
      case Rejected(var detail) -> problem(detail);
      case Unverifiable(var detail) -> problem(detail);
    };
  }

  private Optional<SecretSource> check(VerifiedPod identity) {
    var role =
        new RoleSelection(config.roleArn(), config.accounts())
            .select(identity.subject(), Optional.empty());
    return role.isPresent()
        ? assume(identity, role.get())
        : problem("KMS.RoleArn gives " + identity.subject() + " no role of an account.");
  }

  private Optional<SecretSource> assume(VerifiedPod identity, Principal role) {
    return switch (access.role(role).assume(identity).toCompletableFuture().join()) {
      case Granted(var secrets, _) -> {
        report.ok(SUBJECT, "STS grants %s to %s.".formatted(role, identity.subject()));
        yield Optional.of(secrets);
      }
      case TokenRefused(var why) -> problem(Report.explain(why));
      case KeyRefused(var why) -> problem(Report.explain(why));
      case RoleRefused(var why) ->
          problem("%s, for %s: %s".formatted(role, identity.subject(), Report.explain(why)));
      case Undecided(var why) -> problem(Report.explain(why));
    };
  }

  private Optional<SecretSource> problem(String detail) {
    report.problem(SUBJECT, detail);
    return Optional.empty();
  }
}
