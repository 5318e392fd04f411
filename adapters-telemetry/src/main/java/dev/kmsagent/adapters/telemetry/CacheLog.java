package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.SharedCacheOutcome.Done;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.event.CacheEvent;
import dev.kmsagent.domain.event.CacheEvent.EvictionCause;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheOperation;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.event.Level;

/** Logs what the cache in the process drops, and the state of the shared cache. */
final class CacheLog implements EventHandler<CacheEvent> {
  private final ThrottledLog log;

  /** The operations whose last failure was logged: a read that works says nothing about writes. */
  private final Set<SharedCacheOperation> failureLogged = ConcurrentHashMap.newKeySet();

  CacheLog(ThrottledLog log) {
    this.log = log;
  }

  @Override
  public void handle(CacheEvent event) {
    switch (event) {
      case CacheEvent.EntryEvicted(var query, var cause) ->
          log.first(level(cause), event, cause)
              .query(query)
              .with("cause", MetricLabels.of(cause))
              .with("advice", advice(cause))
              .log("entry_evicted");
      case CacheEvent.SharedCacheCalled call -> logCall(call);
      case CacheEvent.SharedEntryRead read -> logEntry(read);
      case CacheEvent.RevocationDropped(var name) ->
          log.firstTen(Level.WARN, event, event.getClass())
              .with("secret", name.value())
              .log("shared_revocation_dropped");
      case CacheEvent.SharedCacheAlone(var alone) ->
          log.line(alone ? Level.WARN : Level.INFO)
              .with("coherence", alone ? MetricLabels.ALONE : "shared")
              .log("shared_cache_coherence");
      case CacheEvent.CacheRestored(var secrets) ->
          log.line(Level.INFO).with("secrets", secrets).log("cache_restored");
    }
  }

  /** That {@code MaxBytes} is reached before {@code CacheSize} is unexpected. */
  private static Level level(EvictionCause cause) {
    return switch (cause) {
      case COUNT -> Level.INFO;
      case BYTES -> Level.WARN;
    };
  }

  private static String advice(EvictionCause cause) {
    return switch (cause) {
      case COUNT -> "raise Cache.CacheSize";
      case BYTES -> "raise Cache.MaxBytes and KMS_AGENT_HEAP";
    };
  }

  private void logCall(CacheEvent.SharedCacheCalled call) {
    switch (call.outcome()) {
      case Done() -> logAnswer(call);
      case Failed failed -> logFailure(call, failed);
    }
  }

  private void logAnswer(CacheEvent.SharedCacheCalled call) {
    var again = failureLogged.remove(call.operation());
    line(log.line(again ? Level.INFO : Level.DEBUG), call)
        .log(again ? "shared_cache_answers_again" : "shared_cache_called");
  }

  private void logFailure(CacheEvent.SharedCacheCalled call, Failed failed) {
    var admission = log.admit(call, List.of(call.operation(), failed.cause()));
    if (admission.admitted()) {
      failureLogged.add(call.operation());
    }
    line(log.line(Level.WARN, admission), call)
        .with("outcome", MetricLabels.of(failed.cause()))
        .with("detail", failed.detail())
        .log("shared_cache_call_failed");
  }

  private static LogLineBuilder line(LogLineBuilder line, CacheEvent.SharedCacheCalled call) {
    return line.with("operation", MetricLabels.of(call.operation())).took(call.took());
  }

  private void logEntry(CacheEvent.SharedEntryRead read) {
    switch (read.result()) {
      case FOUND, ABSENT, REVOKED -> entry(log.line(Level.DEBUG), read).log("shared_entry_read");
      case UNREADABLE, OUTDATED ->
          entry(log.firstTen(Level.WARN, read, read.result()), read).log("shared_entry_rejected");
    }
  }

  private static LogLineBuilder entry(LogLineBuilder line, CacheEvent.SharedEntryRead read) {
    return line.query(read.query()).with("result", MetricLabels.of(read.result()));
  }
}
