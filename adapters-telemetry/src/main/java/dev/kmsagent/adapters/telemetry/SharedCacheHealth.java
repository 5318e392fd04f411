package dev.kmsagent.adapters.telemetry;

import static java.util.stream.Collectors.joining;

import dev.kmsagent.domain.Health.Dependency;
import dev.kmsagent.domain.Health.Status;
import dev.kmsagent.domain.SharedCacheOutcome;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Done;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.port.CacheEvent.Coherence;
import dev.kmsagent.domain.port.CacheEvent.CoherenceChanged;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What is known of the cache that several agents share. It degrades the agent at most: reads go on
 * from KMS and from the copies in the process.
 *
 * @param calls what came of the last ones, for each operation that was called
 */
record SharedCacheHealth(Map<SharedCacheOperation, Calls> calls, Copies copies) {
  SharedCacheHealth {
    calls = Map.copyOf(calls);
  }

  /** Of none that was heard of. */
  static SharedCacheHealth untold() {
    return new SharedCacheHealth(Map.of(), new Untold());
  }

  SharedCacheHealth after(SharedCacheCalled call, Instant now) {
    var next =
        switch (call.outcome()) {
          case Done _ -> reached();
          case Failed _ -> copyOfCalls();
        };
    next.merge(
        call.operation(),
        new Answered().after(call.outcome(), now),
        (was, _) -> was.after(call.outcome(), now));
    return new SharedCacheHealth(next, copies);
  }

  SharedCacheHealth after(CoherenceChanged change, Instant now) {
    var next =
        switch (change.to()) {
          case IMMEDIATE, DELAYED -> reached();
          case DISCONNECTED -> copyOfCalls();
        };
    return new SharedCacheHealth(next, Copies.of(change.to(), now));
  }

  /** The calls once the store was reached: what kept any call from it is over for all. */
  private Map<SharedCacheOperation, Calls> reached() {
    var next = copyOfCalls();
    next.replaceAll((_, last) -> last.reached());
    return next;
  }

  private Map<SharedCacheOperation, Calls> copyOfCalls() {
    var copy = new EnumMap<SharedCacheOperation, Calls>(SharedCacheOperation.class);
    copy.putAll(calls);
    return copy;
  }

  /** Empty while nothing was heard of it. */
  Optional<Dependency> describe(Instant now) {
    return equals(untold()) ? Optional.empty() : Optional.of(dependency(troubles(now)));
  }

  private Dependency dependency(String troubles) {
    return troubles.isEmpty()
        ? new Dependency(Status.UP, "The shared cache " + answers() + copies.kept() + ".")
        : new Dependency(Status.DEGRADED, "The shared cache is in trouble: " + troubles + ".");
  }

  private String answers() {
    return calls.isEmpty() ? "has not been called yet" : "answers";
  }

  private String troubles(Instant now) {
    var ofCalls =
        new TreeMap<>(calls)
            .entrySet().stream()
                .flatMap(last -> last.getValue().trouble(last.getKey(), now).stream());
    return Stream.concat(ofCalls, copies.trouble(now).stream()).collect(joining("; "));
  }

  /** What came of the last calls of one operation. */
  sealed interface Calls {
    default Calls after(SharedCacheOutcome outcome, Instant now) {
      return switch (outcome) {
        case Done _ -> new Answered();
        case Failed failed -> failed(failed, now);
      };
    }

    Calls failed(Failed failed, Instant now);

    /** The same, once some call, perhaps of another operation, got through. */
    Calls reached();

    Optional<String> trouble(SharedCacheOperation operation, Instant now);
  }

  /** The last one did what it was asked. */
  record Answered() implements Calls {
    @Override
    public Calls failed(Failed failed, Instant now) {
      return new Failing(now, failed);
    }

    @Override
    public Calls reached() {
      return this;
    }

    @Override
    public Optional<String> trouble(SharedCacheOperation operation, Instant now) {
      return Optional.empty();
    }
  }

  /** All since then failed. */
  record Failing(Instant since, Failed last) implements Calls {
    @Override
    public Calls failed(Failed failed, Instant now) {
      return new Failing(since, failed);
    }

    @Override
    public Calls reached() {
      return switch (last.cause()) {
        case UNREACHABLE, TIMEOUT, NOT_READY -> new Answered();
        case DENIED, FORBIDDEN, FULL, READ_ONLY, ERROR -> this;
      };
    }

    @Override
    public Optional<String> trouble(SharedCacheOperation operation, Instant now) {
      return Optional.of(
          "%ss have failed for %d s, %s (%s)"
              .formatted(
                  MetricLabels.of(operation),
                  Seconds.between(since, now),
                  why(last.cause()),
                  MetricLabels.clause(last.detail())));
    }

    private static String why(Cause cause) {
      return switch (cause) {
        case UNREACHABLE -> "it cannot be reached";
        case TIMEOUT -> "it does not answer in time";
        case DENIED -> "it does not accept the login";
        case FORBIDDEN -> "it does not allow that to the login";
        case FULL -> "it has no memory left";
        case READ_ONLY -> "it is a replica that takes no writes";
        case NOT_READY -> "it is not ready";
        case ERROR -> "it reports an error";
      };
    }
  }

  /** How copies in this process are kept the same as what is shared. */
  sealed interface Copies {
    static Copies of(Coherence to, Instant now) {
      return switch (to) {
        case IMMEDIATE -> new Tracked();
        case DELAYED -> new Polled();
        case DISCONNECTED -> new Alone(now);
      };
    }

    /** How, as the end of a sentence; nothing where they are not. */
    default String kept() {
      return "";
    }

    default Optional<String> trouble(Instant now) {
      return Optional.empty();
    }
  }

  /** Nothing was heard of it. */
  record Untold() implements Copies {}

  /** The store tells at once. */
  record Tracked() implements Copies {
    @Override
    public String kept() {
      return "; it tells at once what other agents change (tracked)";
    }
  }

  /** They are checked again after a short life. */
  record Polled() implements Copies {
    @Override
    public String kept() {
      return "; copies in this agent are checked again after a short life (polled)";
    }
  }

  /** They stand for themselves. */
  record Alone(Instant since) implements Copies {
    @Override
    public Optional<String> trouble(Instant now) {
      return Optional.of(
          "this agent has not heard for %d s what others change (alone)"
              .formatted(Seconds.between(since, now)));
    }
  }
}
