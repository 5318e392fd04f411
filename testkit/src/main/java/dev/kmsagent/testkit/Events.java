package dev.kmsagent.testkit;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.KmsError;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.CacheEvent.EntryEvicted;
import dev.kmsagent.domain.port.CacheEvent.EvictionCause;
import dev.kmsagent.domain.port.CacheEvent.RevocationDropped;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheAlone;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.port.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.port.CacheEvent.SharedRead;
import dev.kmsagent.domain.port.CallerEvent;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsMissing;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsNotRenewed;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsObtained;
import dev.kmsagent.domain.port.KmsEvent.BreakerChanged;
import dev.kmsagent.domain.port.KmsEvent.BreakerState;
import dev.kmsagent.domain.port.KmsEvent.ClientCallsLimited;
import dev.kmsagent.domain.port.KmsEvent.KmsCalled;
import dev.kmsagent.domain.port.KmsEvent.RefreshFailed;
import dev.kmsagent.domain.port.KmsEvent.SecretRevoked;
import dev.kmsagent.domain.port.LifecycleEvent.AuthoritiesReloaded;
import dev.kmsagent.domain.port.LifecycleEvent.AuthoritiesUnreadable;
import dev.kmsagent.domain.port.LifecycleEvent.PrefetchFailed;
import dev.kmsagent.domain.port.LifecycleEvent.PrefetchFinished;
import dev.kmsagent.domain.port.LifecycleEvent.TokenGuessable;
import dev.kmsagent.domain.port.LifecycleEvent.TokenReloaded;
import dev.kmsagent.domain.port.LifecycleEvent.TokenUnreadable;
import dev.kmsagent.domain.port.ReadEvent.RequestRejected;
import dev.kmsagent.domain.port.ReadEvent.SecretRead;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Ready-made events. */
public final class Events {
  private Events() {}

  /**
   * Events of every kind, with every outcome, cause and state in them.
   *
   * @param secret the secret that is found and fetched
   * @param said what the cloud says, and the file system, wherever they say something
   */
  public static List<AgentEvent> ofEveryKind(
      SecretQuery query, Secret secret, String said, Duration took) {
    var events = new ArrayList<AgentEvent>();
    var entry = Secrets.entry(secret, VirtualTime.START);
    for (var state : CacheState.values()) {
      events.add(new SecretRead(query, new Found(entry, state), took, Optional.empty()));
    }
    events.add(new KmsCalled(query, new Fetched(secret), took));
    for (var reason : reasons(said)) {
      events.add(new SecretRead(query, reason, took, Optional.empty()));
      events.add(new KmsCalled(query, reason, took));
      events.add(new RefreshFailed(query, reason, took));
      events.add(new PrefetchFailed(query.name(), reason));
    }
    events.add(new RequestRejected(403, said));
    events.add(new SecretRevoked(query, refused(said), 2));
    for (var cause : EvictionCause.values()) {
      events.add(new EntryEvicted(query, cause));
    }
    for (var state : BreakerState.values()) {
      events.add(new BreakerChanged(BreakerState.CLOSED, state));
    }
    events.add(new ClientCallsLimited(query));
    events.add(new PrefetchFinished(1, 1));
    events.add(new TokenReloaded());
    events.add(new TokenGuessable());
    events.add(new TokenUnreadable(said));
    events.add(new CredentialsObtained(VirtualTime.START));
    for (var reason : reasons(said)) {
      events.add(new CredentialsNotRenewed(reason, took, VirtualTime.START));
      events.add(new CredentialsMissing(reason, took));
    }
    events.add(new AuthoritiesReloaded());
    events.add(new AuthoritiesUnreadable(said));
    events.addAll(ofASharedCache(query, said, took));
    events.addAll(ofPods(said));
    return events;
  }

  private static List<AgentEvent> ofPods(String said) {
    var events = new ArrayList<AgentEvent>();
    var subject = new Subject("shop", "app");
    var role = new Principal("acs:ram::1:role/kms.shop.app");
    events.add(new CallerEvent.ClusterKeysObtained(2));
    events.add(new CallerEvent.ClusterKeysUnavailable(said));
    events.add(new CallerEvent.CloudAnswered());
    events.add(new CallerEvent.GrantConfirmed(subject, role, VirtualTime.START));
    for (var reason : reasons(said)) {
      events.add(new CallerEvent.GrantEnded(subject, role, reason));
      events.add(new CallerEvent.GrantNotConfirmed(subject, role, reason));
    }
    events.add(new CallerEvent.TenantOpened(role, 2));
    for (var state : BreakerState.values()) {
      events.add(new CallerEvent.RoleBreakerChanged(role, state));
    }
    events.add(new CallerEvent.TenantClosed(role, 1));
    return events;
  }

  private static List<AgentEvent> ofASharedCache(SecretQuery query, String said, Duration took) {
    var events = new ArrayList<AgentEvent>();
    for (var operation : SharedCacheOperation.values()) {
      events.add(new SharedCacheCalled(operation, new SharedCacheOutcome.Done(), took));
      for (var cause : SharedCacheOutcome.Cause.values()) {
        var failed = new SharedCacheOutcome.Failed(cause, said);
        events.add(new SharedCacheCalled(operation, failed, took));
      }
    }
    for (var result : SharedRead.values()) {
      events.add(new SharedEntryRead(query, result));
    }
    events.add(new RevocationDropped(query.name().plain()));
    for (var alone : List.of(false, true)) {
      events.add(new SharedCacheAlone(alone));
    }
    return events;
  }

  /** Every reason why there may be no secret. */
  public static List<NoSecret> reasons(String said) {
    var reasons = new ArrayList<NoSecret>();
    reasons.add(refused(said));
    reasons.add(new IdentityRefused(said, said));
    for (var cause : Unavailable.Cause.values()) {
      reasons.add(new Unavailable(cause, said, said));
    }
    return reasons;
  }

  private static Refused refused(String said) {
    return new Refused(new KmsError(403, said, said, said), Refused.Scope.SECRET);
  }
}
