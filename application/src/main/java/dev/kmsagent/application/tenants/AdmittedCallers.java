package dev.kmsagent.application.tenants;

import dev.kmsagent.application.tenants.Grant.Step;
import dev.kmsagent.application.tenants.Tenant.Member;
import dev.kmsagent.domain.Caller;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.FairRate;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.VerifiedPod;
import dev.kmsagent.domain.event.CallerEvent;
import dev.kmsagent.domain.port.in.AdmitCaller;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAccess;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission.Admitted;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission.Reason;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission.Rejected;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.Granted;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.KeyRefused;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.RoleRefused;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.TokenRefused;
import dev.kmsagent.domain.port.out.AssumeRole.GrantOutcome.Undecided;
import dev.kmsagent.domain.port.out.VerifyPodToken;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict.Unverifiable;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict.Verified;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/**
 * Admits the pods whose tokens are genuine to the secrets of the roles that STS grants them. STS
 * decides what a subject may assume; its answer holds until the key that it gave ends. Thread-safe.
 */
public final class AdmittedCallers implements AdmitCaller {
  /** A fifth of what STS allows an account: 100 a second. */
  static final int ATTEMPTS_OF_ALL = 200;

  static final int ATTEMPTS_OF_SUBJECT = 10;
  private static final Duration WINDOW = Duration.ofSeconds(10);
  private static final String MADE_ROOM = "the grant had to make room for that of another";

  private final Ports ports;
  private final TimeSources timing;
  private final Duration requestTimeout;
  private final TokenVerification tokens;

  /**
   * Calls of STS for roles that a subject has no key of. The renewal of a key is not limited, so
   * that new callers cannot end the access of others.
   */
  private final FairRate<Subject> attempts =
      new FairRate<>(WINDOW, ATTEMPTS_OF_SUBJECT, ATTEMPTS_OF_ALL, Subject::namespace);

  /**
   * What callers are admitted with.
   *
   * @param observed gives the retrieval for a caller, with what else happens at each of its reads
   */
  public record Ports(
      VerifyPodToken tokens,
      RoleSelection roles,
      Tenants tenants,
      BiFunction<RetrieveSecret, Caller, RetrieveSecret> observed,
      AgentEvents events) {}

  public AdmittedCallers(Ports ports, TimeSources timing, Duration requestTimeout) {
    this.ports = ports;
    this.timing = timing;
    this.requestTimeout = requestTimeout;
    this.tokens = new TokenVerification(timing, WINDOW, requestTimeout);
  }

  @Override
  public CompletionStage<CallerAdmission> admit(
      ConfidentialText token, Optional<String> role, String peer) {
    return ports
        .tokens()
        .parse(token)
        .map(it -> tokens.verify(it, peer))
        .map(verdict -> admitInTime(verdict, role))
        .orElseGet(() -> rejected(Reason.TOKEN, TokenVerdict.MALFORMED.detail()));
  }

  private CompletionStage<CallerAdmission> admitInTime(
      CompletableFuture<TokenVerdict> verdict, Optional<String> asked) {
    return timing
        .scheduler()
        .completeAfter(
            requestTimeout,
            verdict.thenCompose(it -> followVerdict(it, asked)),
            () -> tooLate(verdict));
  }

  private static Rejected tooLate(CompletableFuture<TokenVerdict> verdict) {
    var subject =
        verdict.getNow(null) instanceof Verified(var identity)
            ? Optional.of(identity.subject())
            : Optional.<Subject>empty();
    return new Rejected(
        Reason.UNAVAILABLE, "the caller could not be confirmed in time", subject, Optional.empty());
  }

  private CompletionStage<CallerAdmission> followVerdict(
      TokenVerdict verdict, Optional<String> asked) {
    return switch (verdict) {
      case Verified(var identity) -> selectRole(identity, asked);
      case TokenVerdict.Rejected(var detail) -> rejected(Reason.TOKEN, detail);
      case Unverifiable(var detail) -> rejected(Reason.UNAVAILABLE, detail);
    };
  }

  private static CompletionStage<CallerAdmission> rejected(Reason reason, String detail) {
    return CompletableFuture.completedStage(new Rejected(reason, detail));
  }

  private CompletionStage<CallerAdmission> selectRole(
      VerifiedPod identity, Optional<String> asked) {
    var role = ports.roles().select(identity.subject(), asked);
    return role.isPresent()
        ? checkGrant(identity, role.get())
        : CompletableFuture.completedStage(
            new Rejected(
                Reason.ROLE,
                "the request names no role of an account in KMS.PodIdentity.Accounts, and"
                    + " KMS.RoleArn gives the service account none",
                Optional.of(identity.subject()),
                Optional.empty()));
  }

  /** One at a time: of two that come for a new grant together, one makes the attempt. */
  private synchronized CompletionStage<CallerAdmission> checkGrant(
      VerifiedPod identity, Principal role) {
    var known = ports.tenants().find(role, identity.subject());
    var step = known.map(it -> it.grant().next(identity)).orElseGet(Step.Ask::new);
    return step instanceof Step.Ask
        ? ask(identity, role, known)
        : CompletableFuture.completedStage(followStep(step, identity, known.orElseThrow()));
  }

  /** Limits the calls for new grants; to wait for a call or to renew a grant is no attempt. */
  private CompletionStage<CallerAdmission> ask(
      VerifiedPod identity, Principal role, Optional<Member> known) {
    var isNew = known.filter(it -> it.grant().isAsking() || it.grant().wasConfirmed()).isEmpty();
    if (isNew && !attempts.admits(identity.subject(), timing.now())) {
      return CompletableFuture.completedStage(
          rejected(
              identity,
              role,
              Reason.RATE,
              "the service account or its namespace asked for roles too often"));
    }
    var member = ports.tenants().add(role, identity.subject());
    return member
        .grant()
        .ask(identity, caller -> assume(member.tenant(), caller))
        .thenApply(step -> followStep(step, identity, member));
  }

  private CompletionStage<GrantOutcome> assume(Tenant tenant, VerifiedPod caller) {
    return tenant
        .sts()
        .assume(caller)
        .whenComplete((outcome, _) -> publish(tenant.role(), caller.subject(), outcome));
  }

  private void publish(Principal role, Subject subject, GrantOutcome outcome) {
    ports
        .events()
        .publish(
            switch (outcome) {
              case Granted key -> new CallerEvent.GrantConfirmed(subject, role, key.usableUntil());
              case RoleRefused(var why) -> new CallerEvent.GrantEnded(subject, role, why);
              case KeyRefused(var why) -> new CallerEvent.GrantNotConfirmed(subject, role, why);
              case TokenRefused(var why) -> new CallerEvent.GrantNotConfirmed(subject, role, why);
              case Undecided(var why) -> new CallerEvent.GrantNotConfirmed(subject, role, why);
            });
  }

  private CallerAdmission followStep(Step step, VerifiedPod identity, Member member) {
    var role = member.tenant().role();
    return switch (step) {
      case Step.Reject(var reason, var detail) -> rejected(identity, role, reason, detail);
      case Step.Serve _ when ports.tenants().open(member) -> admitted(identity, member);
      case Step.Serve _ -> rejected(identity, role, Reason.UNAVAILABLE, MADE_ROOM);
      case Step.Ask _ -> throw new IllegalStateException("STS was asked");
    };
  }

  private static Rejected rejected(
      VerifiedPod identity, Principal role, Reason reason, String detail) {
    return new Rejected(reason, detail, Optional.of(identity.subject()), Optional.of(role));
  }

  private Admitted admitted(VerifiedPod identity, Member member) {
    var caller = new Caller(identity.subject(), identity.pod(), member.tenant().role());
    return new Admitted(new Access(this, identity, caller));
  }

  /**
   * The access of one token to one role. On an idle connection it outlives the grant and what the
   * role has cached, and so it holds neither.
   */
  private record Access(AdmittedCallers callers, VerifiedPod identity, Caller caller)
      implements CallerAccess {
    @Override
    public Principal role() {
      return caller.role();
    }

    @Override
    public Optional<RetrieveSecret> secrets() {
      return callers
          .ports
          .tenants()
          .find(caller.role(), caller.subject())
          .filter(member -> callers.isServed(identity, member))
          .flatMap(member -> callers.secrets(caller, member));
    }
  }

  private Optional<RetrieveSecret> secrets(Caller caller, Member member) {
    return member
        .tenant()
        .secrets()
        .map(it -> ports.observed().apply(it.retrieval().as(caller, member.grant()), caller));
  }

  /** Whether the access is good; if its key is due for renewal, STS is asked in the background. */
  private boolean isServed(VerifiedPod identity, Member member) {
    if (!timing.now().isBefore(identity.end())
        || !(member.grant().next(identity) instanceof Step.Serve(var isRenewalDue))) {
      return false;
    }
    if (isRenewalDue) {
      var _ = member.grant().ask(identity, caller -> assume(member.tenant(), caller));
    }
    return true;
  }
}
