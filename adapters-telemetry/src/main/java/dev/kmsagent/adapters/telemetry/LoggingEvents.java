package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CacheEvent.CoherenceChanged;
import dev.kmsagent.domain.port.CacheEvent.EntryEvicted;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedEntryRead;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsMissing;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsNotRenewed;
import dev.kmsagent.domain.port.CredentialEvent.CredentialsObtained;
import dev.kmsagent.domain.port.KmsEvent.BreakerChanged;
import dev.kmsagent.domain.port.KmsEvent.KmsCalled;
import dev.kmsagent.domain.port.KmsEvent.RefreshFailed;
import dev.kmsagent.domain.port.KmsEvent.SecretRevoked;
import dev.kmsagent.domain.port.LifecycleEvent.AuthoritiesReloaded;
import dev.kmsagent.domain.port.LifecycleEvent.AuthoritiesUnreadable;
import dev.kmsagent.domain.port.LifecycleEvent.PrefetchFailed;
import dev.kmsagent.domain.port.LifecycleEvent.PrefetchFinished;
import dev.kmsagent.domain.port.LifecycleEvent.TokenReloaded;
import dev.kmsagent.domain.port.LifecycleEvent.TokenUnreadable;
import dev.kmsagent.domain.port.ReadEvent.RequestRejected;
import dev.kmsagent.domain.port.ReadEvent.SecretRead;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The operator's log: what changed, what failed and why. What can happen often is written at its
 * level a few times in half a minute, and at DEBUG beyond that; of the hits of a second the first
 * hundred are written, at DEBUG, and how many followed. Thread-safe.
 */
public final class LoggingEvents implements AgentEvents {
  private final PacedLog log;
  private final RequestLog requests;
  private final KmsLog kms;
  private final CacheLog cached;
  private final CredentialLog credentials;
  private final SharedCacheLog shared;

  public LoggingEvents(InstantSource clock) {
    this(clock, LoggerFactory.getLogger(LoggingEvents.class));
  }

  LoggingEvents(InstantSource clock, Logger logger) {
    log = new PacedLog(clock, logger);
    requests = new RequestLog(log, clock);
    kms = new KmsLog(log);
    cached = new CacheLog(log);
    credentials = new CredentialLog(log);
    shared = new SharedCacheLog(log);
  }

  @Override
  public void publish(AgentEvent event) {
    switch (event) {
      case SecretRead read -> requests.tell(read);
      case RequestRejected rejection -> requests.tell(rejection);
      case KmsCalled call -> kms.tell(call);
      case SecretRevoked revocation -> cached.tell(revocation);
      case EntryEvicted eviction -> cached.tell(eviction);
      case BreakerChanged change -> kms.tell(change);
      case RefreshFailed refresh -> cached.tell(refresh);
      case PrefetchFailed failure -> tell(failure);
      case PrefetchFinished finished -> tell(finished);
      case TokenReloaded _ -> log.line(Level.INFO).log("token_reloaded");
      case TokenUnreadable unreadable -> tell(unreadable);
      case CredentialsObtained obtained -> credentials.tell(obtained);
      case CredentialsNotRenewed failure -> credentials.tell(failure);
      case CredentialsMissing failure -> credentials.tell(failure);
      case AuthoritiesReloaded _ -> log.line(Level.INFO).log("authorities_reloaded");
      case AuthoritiesUnreadable unreadable -> tell(unreadable);
      case SharedCacheCalled call -> shared.tell(call);
      case SharedEntryRead read -> shared.tell(read);
      case CoherenceChanged change -> shared.tell(change);
    }
  }

  private void tell(PrefetchFailed failure) {
    log.line(Level.WARN)
        .with("secret", failure.name().value())
        .reason(failure.reason())
        .log("prefetch_failed");
  }

  private void tell(PrefetchFinished finished) {
    log.line(Level.INFO)
        .with("loaded", finished.loaded())
        .with("failed", finished.failed())
        .log("prefetch_finished");
  }

  private void tell(TokenUnreadable unreadable) {
    log.line(Level.WARN, log.admits(unreadable, "token"))
        .with("reason", unreadable.reason())
        .log("token_unreadable");
  }

  private void tell(AuthoritiesUnreadable unreadable) {
    log.line(Level.WARN, log.admits(unreadable, "authorities"))
        .with("reason", unreadable.reason())
        .log("authorities_unreadable");
  }
}
