package dev.kmsagent.adapters.kms.pods;

import dev.kmsagent.adapters.kms.credentials.AccessKeyCredentials;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.adapters.kms.credentials.TokenExchange;
import dev.kmsagent.adapters.kms.credentials.TokenExchange.Kind;
import dev.kmsagent.adapters.kms.resilience.FairBulkhead;
import dev.kmsagent.adapters.kms.resilience.FairBulkhead.Group;
import dev.kmsagent.adapters.kms.transport.TransportFailure;
import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Sha256;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.VerifiedPod;
import dev.kmsagent.domain.port.out.AssumeRole;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome;
import dev.kmsagent.domain.port.out.SecretSource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/**
 * A role that pods assume at STS, each with its own token. Thread-safe.
 *
 * @param bulkhead for the exchanges with STS of all roles
 * @param secrets reads secrets with a key of the role, for a caller
 */
record StsRole(
    Principal role,
    TokenExchange sts,
    FairBulkhead bulkhead,
    BiFunction<Optional<Caller>, CredentialsProvider, SecretSource> secrets)
    implements AssumeRole {
  /** How many exchanges with STS are under way at the same time. */
  static final int MAX_EXCHANGES = 16;

  /** Half of which one may wait to begin. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  /** The longest name of a session that STS takes. */
  private static final int LONGEST_NAME = 64;

  private static final int DIGEST = 16;

  @Override
  public CompletionStage<GrantOutcome> assume(VerifiedPod pod) {
    var caller = new Caller(pod.subject(), "", role);
    return bulkhead
        .call(
            Group.of(caller),
            sts.timing().now().plus(LONGEST_WAIT),
            () ->
                CompletableFuture.supplyAsync(
                    () -> exchange(pod, caller), sts.connection().executor()),
            () -> undecided("Too many exchanges of tokens with STS are under way or wait."))
        .exceptionally(bug -> new GrantOutcome.Undecided(TransportFailure.unexpected(bug)));
  }

  private GrantOutcome exchange(VerifiedPod pod, Caller caller) {
    return sts.exchange(pod.presented(), role.value(), sessionName(pod.subject()))
        .fold(key -> granted(key, caller), StsRole::refused);
  }

  /**
   * Names the subject, as the cloud's trail shows it; a long name ends in a digest of all of it.
   */
  static String sessionName(Subject subject) {
    var name = subject.namespace() + '.' + subject.serviceAccount();
    return name.length() <= LONGEST_NAME
        ? name
        : name.substring(0, LONGEST_NAME - DIGEST - 1) + '-' + digest(name);
  }

  private static String digest(String name) {
    return Sha256.hex(name.getBytes(StandardCharsets.UTF_8)).substring(0, DIGEST);
  }

  private GrantOutcome granted(Issue.Issued key, Caller caller) {
    return ofAnother(role, key.owner()).orElseGet(() -> usable(key, caller));
  }

  private GrantOutcome usable(Issue.Issued key, Caller caller) {
    var usableUntil = key.usableUntil(sts.timing().clocks());
    return sts.timing().now().isBefore(usableUntil)
        ? new GrantOutcome.Granted(
            secrets.apply(Optional.of(caller), new AccessKeyCredentials(key.signingKey())),
            usableUntil)
        : undecided("The credentials that were issued are over.");
  }

  /**
   * What it means that a key is of {@code owner}; empty where that is the role. A role by another
   * spelling of its name is refused: it would have a cache of its own.
   */
  static Optional<GrantOutcome> ofAnother(Principal role, Optional<Principal> owner) {
    if (owner.isEmpty()) {
      return Optional.of(undecided("STS does not say of which role the key is that it gave."));
    }
    var told = "STS knows this role as " + owner.get() + ": ask for it by this name.";
    return owner.get().equals(role)
        ? Optional.empty()
        : Optional.of(new GrantOutcome.RoleRefused(new IdentityRefused("", told)));
  }

  private static GrantOutcome undecided(String detail) {
    return new GrantOutcome.Undecided(new Unavailable(Unavailable.Cause.CREDENTIALS, "", detail));
  }

  static GrantOutcome refused(NoSecret reason) {
    var kind = TokenExchange.kind(reason.code());
    if (reason instanceof Unavailable && kind != Kind.EXPIRED) {
      return new GrantOutcome.Undecided(reason);
    }
    return switch (kind) {
      case EXPIRED, TOKEN -> new GrantOutcome.TokenRefused(reason);
      case ROLE -> new GrantOutcome.RoleRefused(reason);
      case TRANSIENT, PERMANENT -> new GrantOutcome.KeyRefused(reason);
    };
  }
}
