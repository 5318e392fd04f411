package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.adapters.telemetry.EventHandler.Typed;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.event.CacheEvent;
import dev.kmsagent.domain.event.CallerEvent;
import dev.kmsagent.domain.event.CredentialEvent;
import dev.kmsagent.domain.event.FileEvent;
import dev.kmsagent.domain.event.KmsEvent;
import dev.kmsagent.domain.event.LifecycleEvent;
import dev.kmsagent.domain.event.ReadEvent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeSet;
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
  public List<EventHandler.Typed<?>> handlers() {
    // Reads are logged at DEBUG only; the level does not change while the agent runs.
    var ofReads = log.isDebugEnabled() ? ReadEvent.class : ReadEvent.AtAdmission.class;
    return List.of(
        new Typed<>(ofReads, new ReadLog(log, rejections, clock)),
        new Typed<>(KmsEvent.class, new KmsLog(log)),
        new Typed<>(CallerEvent.class, new CallerLog(log, ends)),
        new Typed<>(CredentialEvent.class, new Credentials(log)),
        new Typed<>(CacheEvent.class, new CacheLog(log)),
        new Typed<>(LifecycleEvent.class, new Lifecycle(log)),
        new Typed<>(FileEvent.class, new OfFiles(log)));
  }

  private record Credentials(ThrottledLog log) implements EventHandler<CredentialEvent> {
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

    private LogLineBuilder failure(CredentialEvent event, NoSecret reason, Duration retryIn) {
      return log.first(Level.WARN, event, MetricLabels.of(reason)).reason(reason).retryIn(retryIn);
    }
  }

  private record Lifecycle(ThrottledLog log) implements EventHandler<LifecycleEvent> {
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

  private record OfFiles(ThrottledLog log) implements EventHandler<FileEvent> {
    @Override
    public void handle(FileEvent event) {
      switch (event) {
        case FileEvent.FilesWritten(var present, var changed) -> {
          if (!changed.isEmpty()) {
            log.line(Level.INFO)
                .with("files", present.size())
                .with("changed", String.join(", ", new TreeSet<>(changed)))
                .log("files_written");
          }
        }
        case FileEvent.FileFailed(var name, var reason, _) ->
            log.firstTen(Level.WARN, event, "")
                .with("file", name)
                .with("reason", reason)
                .log("file_failed");
        case FileEvent.FilesNotWritten(var reason, var retryIn) ->
            log.first(Level.WARN, event, reason)
                .with("reason", reason)
                .retryIn(retryIn)
                .log("files_not_written");
      }
    }
  }
}
