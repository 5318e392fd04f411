package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Done;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.port.CacheEvent.Coherence;
import dev.kmsagent.domain.port.CacheEvent.CoherenceChanged;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.port.CacheEvent.SharedEntryRead;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.event.Level;

/** How the cache that several agents share does, as log lines. */
final class SharedCacheLog {
  private final PacedLog log;
  private final PerConstant<SharedCacheOperation, AtomicBoolean> saidThatItFails =
      new PerConstant<>(SharedCacheOperation.class, _ -> new AtomicBoolean());

  /** What lines about failed calls are paced by. */
  private record Trouble(SharedCacheOperation operation, Cause cause) {}

  SharedCacheLog(PacedLog log) {
    this.log = log;
  }

  /** Each operation for itself: reads that work tell nothing of writes that do not. */
  void tell(SharedCacheCalled call) {
    switch (call.outcome()) {
      case Done _ -> tellOfAnswer(call);
      case Failed failed -> tellOfFailure(call, failed);
    }
  }

  private void tellOfAnswer(SharedCacheCalled call) {
    var said = saidThatItFails.get(call.operation());
    var again = said.get() && said.compareAndSet(true, false);
    line(call, log.line(Level.INFO, again))
        .log(again ? "shared_cache_answers_again" : "shared_cache_called");
  }

  private void tellOfFailure(SharedCacheCalled call, Failed failed) {
    var admitted = log.admits(call, new Trouble(call.operation(), failed.cause()));
    if (admitted) {
      saidThatItFails.get(call.operation()).set(true);
    }
    line(call, log.line(Level.WARN, admitted))
        .with("outcome", MetricLabels.of(failed.cause()))
        .with("detail", failed.detail())
        .log("shared_cache_call_failed");
  }

  private static LogLine line(SharedCacheCalled call, LogLine line) {
    return line.with("operation", MetricLabels.of(call.operation())).took(call.took());
  }

  void tell(SharedEntryRead read) {
    switch (read.result()) {
      case FOUND, ABSENT, REVOKED -> line(read, log.line(Level.DEBUG)).log("shared_entry_read");
      case UNREADABLE, OUTDATED, AHEAD ->
          line(read, log.line(Level.WARN, log.admitsSome(read, read.result())))
              .log("shared_entry_rejected");
    }
  }

  private static LogLine line(SharedEntryRead read, LogLine line) {
    return line.asked(read.query()).with("result", MetricLabels.of(read.result()));
  }

  void tell(CoherenceChanged change) {
    log.line(change.to() == Coherence.DISCONNECTED ? Level.WARN : Level.INFO)
        .with("coherence", MetricLabels.of(change.to()))
        .log("shared_cache_coherence");
  }
}
