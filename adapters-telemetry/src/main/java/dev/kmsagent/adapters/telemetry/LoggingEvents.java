package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.event.CredentialEvent;
import dev.kmsagent.domain.event.LifecycleEvent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The operator's log: what changed, what failed and why. An event that can occur often is logged at
 * its level a few times in 30 s, and at DEBUG beyond that; of the cache hits of one second the
 * first hundred are logged, at DEBUG, and the number of the others. Thread-safe.
 */
public final class LoggingEvents {
  private final ThrottledLog log;
  private final ThrottledLog ends;
  private final ThrottledLog rejections;
  private final InstantSource clock;

  public LoggingEvents(InstantSource clock) {
    this(clock, LoggerFactory.getLogger(LoggingEvents.class));
  }

  LoggingEvents(InstantSource clock, Logger logger) {
    this.log = new ThrottledLog(new Throttle(clock), logger);
    this.ends = new ThrottledLog(new Throttle(clock), logger);
    this.rejections = new ThrottledLog(new Throttle(clock), logger);
    this.clock = clock;
  }

  /** New handlers, one for each subject. */
  public List<EventHandler<?>> handlers() {
    return List.of(
        new ReadLog(log, rejections, clock),
        new KmsLog(log),
        new CallerLog(log, ends),
        new Credentials(log),
        new CacheLog(log),
        new Lifecycle(log));
  }

  /** One for files that secrets are written to; in a list, so that its class loads only then. */
  public List<EventHandler<?>> ofFiles() {
    return List.of(new FileLog(log));
  }

  private static final class Credentials extends EventHandler<CredentialEvent> {
    private final ThrottledLog log;

    Credentials(ThrottledLog log) {
      super(CredentialEvent.class);
      this.log = log;
    }

    @Override
    public void handle(CredentialEvent event) {
      if (event instanceof CredentialEvent.CredentialsObtained(var end)) {
        log.line(Level.INFO).end(end).log("credentials_obtained");
      } else if (event instanceof CredentialEvent.CredentialsNotRenewed kept) {
        failure(event, kept.reason(), kept.retryIn())
            .end(kept.end())
            .log("credentials_not_renewed");
      } else if (event instanceof CredentialEvent.CredentialsMissing missing) {
        failure(event, missing.reason(), missing.retryIn()).log("credentials_missing");
      } else if (event instanceof CredentialEvent.PrincipalRestored(var principal, var end)) {
        log.line(Level.INFO).with("principal", principal).end(end).log("principal_restored");
      } else if (event instanceof CredentialEvent.OidcTokenOverdue(var reason)) {
        log.first(Level.WARN, event, reason).with("reason", reason).log("oidc_token_overdue");
      } else if (event instanceof CredentialEvent.OidcTokenRenewed) {
        log.line(Level.INFO).log("oidc_token_renewed");
      }
    }

    private LogLine failure(CredentialEvent event, NoSecret reason, Duration retryIn) {
      return log.first(Level.WARN, event, MetricLabels.of(reason)).reason(reason).retryIn(retryIn);
    }
  }

  private static final class Lifecycle extends EventHandler<LifecycleEvent> {
    private final ThrottledLog log;

    Lifecycle(ThrottledLog log) {
      super(LifecycleEvent.class);
      this.log = log;
    }

    @Override
    public void handle(LifecycleEvent event) {
      switch (event) {
        case LifecycleEvent.PrefetchFailed(var name, var reason) ->
            log.firstTen(Level.WARN, event, MetricLabels.of(reason))
                .with("secret", name.value())
                .reason(reason)
                .log("prefetch_failed");
        case LifecycleEvent.PrefetchFinished(var loaded, var failed, _) ->
            log.first(Level.INFO, event, loaded > 0)
                .with("loaded", loaded)
                .with("failed", failed)
                .log("prefetch_finished");
        case LifecycleEvent.TokenReloaded() -> log.line(Level.INFO).log("token_reloaded");
        case LifecycleEvent.TokenGuessable() ->
            log.line(Level.WARN)
                .with("advice", "use at least 16 random characters")
                .log("token_can_be_guessed");
        case LifecycleEvent.TokenUnreadable(var reason) -> warn(event, reason, "token_unreadable");
        case LifecycleEvent.AuthoritiesReloaded() ->
            log.line(Level.INFO).log("authorities_reloaded");
        case LifecycleEvent.AuthoritiesUnreadable(var reason) ->
            warn(event, reason, "authorities_unreadable");
        case LifecycleEvent.CertificateLoaded(var end) ->
            log.line(Level.INFO).end(end).log("certificate_loaded");
        case LifecycleEvent.CertificateUnusable(var reason) ->
            warn(event, reason, "certificate_unusable");
      }
    }

    private void warn(LifecycleEvent event, String reason, String name) {
      log.first(Level.WARN, event, reason).with("reason", reason).log(name);
    }
  }
}
