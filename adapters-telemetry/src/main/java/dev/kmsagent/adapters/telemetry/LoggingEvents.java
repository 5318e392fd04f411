package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.Fetched;
import dev.kmsagent.domain.Found;
import dev.kmsagent.domain.IdentityRefused;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Refused;
import dev.kmsagent.domain.Unavailable;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.AgentEvent.AuthoritiesReloaded;
import dev.kmsagent.domain.port.AgentEvent.AuthoritiesUnreadable;
import dev.kmsagent.domain.port.AgentEvent.BreakerChanged;
import dev.kmsagent.domain.port.AgentEvent.BreakerState;
import dev.kmsagent.domain.port.AgentEvent.CoherenceChanged;
import dev.kmsagent.domain.port.AgentEvent.CredentialsMissing;
import dev.kmsagent.domain.port.AgentEvent.CredentialsNotRenewed;
import dev.kmsagent.domain.port.AgentEvent.CredentialsObtained;
import dev.kmsagent.domain.port.AgentEvent.EntryEvicted;
import dev.kmsagent.domain.port.AgentEvent.KmsCalled;
import dev.kmsagent.domain.port.AgentEvent.PrefetchFailed;
import dev.kmsagent.domain.port.AgentEvent.PrefetchFinished;
import dev.kmsagent.domain.port.AgentEvent.RefreshFailed;
import dev.kmsagent.domain.port.AgentEvent.RequestRejected;
import dev.kmsagent.domain.port.AgentEvent.SecretRead;
import dev.kmsagent.domain.port.AgentEvent.SecretRevoked;
import dev.kmsagent.domain.port.AgentEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.AgentEvent.SharedEntryRead;
import dev.kmsagent.domain.port.AgentEvent.TokenReloaded;
import dev.kmsagent.domain.port.AgentEvent.TokenUnreadable;
import dev.kmsagent.domain.port.AgentEvents;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The operator's log: what changed, what failed and why. What can happen often is written at its
 * level a few times in half a minute, and at DEBUG beyond that. Thread-safe.
 */
public final class LoggingEvents implements AgentEvents {
  private static final int SOME = 10;

  private final Logger logger;
  private final Pace pace;
  private final AtomicBoolean saidThatKmsFails = new AtomicBoolean();

  /** A kind of line, and what about it: {@code about} is of a small fixed set. */
  private record Topic(Class<? extends AgentEvent> kind, Object about) {}

  public LoggingEvents(InstantSource clock) {
    this(clock, LoggerFactory.getLogger(LoggingEvents.class));
  }

  LoggingEvents(InstantSource clock, Logger logger) {
    this.logger = logger;
    this.pace = new Pace(clock);
  }

  @Override
  public void publish(AgentEvent event) {
    switch (event) {
      case SecretRead read -> log(read);
      case RequestRejected rejection -> log(rejection);
      case KmsCalled call -> log(call);
      case SecretRevoked revocation -> log(revocation);
      case EntryEvicted eviction -> log(eviction);
      case BreakerChanged change -> log(change);
      case RefreshFailed refresh -> log(refresh);
      case PrefetchFailed failure -> log(failure);
      case PrefetchFinished finished -> log(finished);
      case TokenReloaded _ -> line(Level.INFO, true).log("token_reloaded");
      case TokenUnreadable unreadable -> log(unreadable);
      case CredentialsObtained obtained -> log(obtained);
      case CredentialsNotRenewed failure -> log(failure);
      case CredentialsMissing failure -> log(failure);
      case AuthoritiesReloaded _ -> line(Level.INFO, true).log("authorities_reloaded");
      case AuthoritiesUnreadable unreadable -> log(unreadable);
      case SharedCacheCalled _, SharedEntryRead _, CoherenceChanged _ -> {}
    }
  }

  private void log(SecretRead read) {
    if (logger.isDebugEnabled()) {
      var line = new Line(logger.atDebug()).asked(read.query()).took(read.took());
      var told =
          switch (read.outcome()) {
            case Found found -> line.with("cache", Words.of(found.state()));
            case NoSecret reason -> line.reason(reason);
          };
      told.log("secret_read");
    }
  }

  private void log(RequestRejected rejection) {
    line(Level.WARN, admits(rejection, rejection.status(), 1))
        .with("status", rejection.status())
        .with("code", rejection.code())
        .log("request_rejected");
  }

  private void log(KmsCalled call) {
    switch (call.outcome()) {
      case Fetched _, Refused _ -> logAnswer(call);
      case IdentityRefused refused -> logFailure(call, refused);
      case Unavailable unavailable -> logFailure(call, unavailable);
    }
  }

  private void logAnswer(KmsCalled call) {
    var again = saidThatKmsFails.get() && saidThatKmsFails.compareAndSet(true, false);
    line(Level.INFO, again)
        .asked(call.query())
        .took(call.took())
        .log(again ? "kms_answers_again" : "kms_called");
  }

  private void logFailure(KmsCalled call, NoSecret reason) {
    var admitted = admits(call, Words.of(reason), 1);
    if (admitted) {
      saidThatKmsFails.set(true);
    }
    line(Level.WARN, admitted)
        .asked(call.query())
        .took(call.took())
        .reason(reason)
        .log("kms_call_failed");
  }

  private void log(SecretRevoked revocation) {
    line(Level.INFO, admits(revocation, revocation.refusal().scope(), SOME))
        .asked(revocation.query())
        .reason(revocation.refusal())
        .with("entries", revocation.entries())
        .log("secret_revoked");
  }

  private void log(EntryEvicted eviction) {
    line(Level.INFO, admits(eviction, eviction.cause(), 1))
        .asked(eviction.query())
        .with("cause", Words.of(eviction.cause()))
        .log("entry_evicted");
  }

  private void log(BreakerChanged change) {
    var level = change.to() == BreakerState.OPEN ? Level.WARN : Level.INFO;
    line(level, true)
        .with("from", Words.of(change.from()))
        .with("to", Words.of(change.to()))
        .log("breaker_changed");
  }

  private void log(RefreshFailed refresh) {
    line(Level.WARN, admits(refresh, Words.of(refresh.reason()), SOME))
        .asked(refresh.query())
        .reason(refresh.reason())
        .retried(refresh.retryIn())
        .log("refresh_failed");
  }

  private void log(PrefetchFailed failure) {
    line(Level.WARN, true)
        .with("secret", failure.name().value())
        .reason(failure.reason())
        .log("prefetch_failed");
  }

  private void log(PrefetchFinished finished) {
    line(Level.INFO, true)
        .with("loaded", finished.loaded())
        .with("failed", finished.failed())
        .log("prefetch_finished");
  }

  private void log(TokenUnreadable unreadable) {
    line(Level.WARN, admits(unreadable, "token", 1))
        .with("reason", unreadable.reason())
        .log("token_unreadable");
  }

  private void log(CredentialsObtained obtained) {
    line(Level.INFO, true).end(obtained.end()).log("credentials_obtained");
  }

  private void log(CredentialsNotRenewed failure) {
    line(Level.WARN, admits(failure, Words.of(failure.reason()), 1))
        .reason(failure.reason())
        .retried(failure.retryIn())
        .end(failure.end())
        .log("credentials_not_renewed");
  }

  private void log(CredentialsMissing failure) {
    line(Level.WARN, admits(failure, Words.of(failure.reason()), 1))
        .reason(failure.reason())
        .retried(failure.retryIn())
        .log("credentials_missing");
  }

  private void log(AuthoritiesUnreadable unreadable) {
    line(Level.WARN, admits(unreadable, "authorities", 1))
        .with("reason", unreadable.reason())
        .log("authorities_unreadable");
  }

  private boolean admits(AgentEvent event, Object about, int limit) {
    return pace.admits(new Topic(event.getClass(), about), limit);
  }

  private Line line(Level level, boolean admitted) {
    return new Line(logger.atLevel(admitted ? level : Level.DEBUG));
  }
}
