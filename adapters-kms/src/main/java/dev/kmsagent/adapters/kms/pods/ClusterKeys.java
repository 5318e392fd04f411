package dev.kmsagent.adapters.kms.pods;

import com.nimbusds.jose.JWSVerifier;
import dev.kmsagent.adapters.kms.credentials.RefreshTiming;
import dev.kmsagent.adapters.kms.pods.JwksSource.Fetched;
import dev.kmsagent.adapters.kms.transport.TransportFailure;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.AgentEvents;
import dev.kmsagent.domain.port.CallerEvent;
import dev.kmsagent.domain.port.Scheduler.Timer;
import dev.kmsagent.domain.port.VerifyPodToken.TokenVerdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The keys that verify tokens, refreshed in the background. While that fails those in use stay in
 * use. A token of an unknown key has them fetched anew, at most twice in half a minute.
 * Thread-safe; no lock is held during a fetch.
 */
final class ClusterKeys implements AutoCloseable {
  /** Of which a random part passes until the next refresh: five minutes on average. */
  private static final Duration LIFE = Duration.ofMinutes(8);

  private static final Duration WINDOW = Duration.ofSeconds(30);
  private static final int MOST_IN_WINDOW = 2;

  private final Supplier<Fetched> source;
  private final Executor executor;
  private final RefreshTiming timing;
  private final AgentEvents events;
  private final Deque<Instant> forUnknown = new ArrayDeque<>();
  private volatile Map<String, JWSVerifier> keys = Map.of();
  private CompletableFuture<Fetched> latest =
      CompletableFuture.completedFuture(new Fetched.Failed("No keys were asked for yet."));
  private int failures;
  private Timer timer = () -> {};
  private boolean closed;

  /**
   * Fetches nothing yet.
   *
   * @param source blocks for a limited time
   * @param executor for tasks that wait: virtual threads
   */
  ClusterKeys(
      Supplier<Fetched> source, Executor executor, RefreshTiming timing, AgentEvents events) {
    this.source = source;
    this.executor = executor;
    this.timing = timing;
    this.events = events;
  }

  /** Fetches the keys, unless that is under way, and again and again from then on. */
  synchronized void start() {
    if (latest.isDone() && !closed) {
      timer.cancel();
      latest =
          CompletableFuture.supplyAsync(source, executor)
              .exceptionally(bug -> new Fetched.Failed(TransportFailure.unexpected(bug).detail()))
              .thenApply(this::apply);
    }
  }

  private Fetched apply(Fetched fetched) {
    events.publish(note(fetched));
    return fetched;
  }

  private synchronized AgentEvent note(Fetched fetched) {
    if (fetched instanceof Fetched.Keys(var byId)) {
      failures = 0;
      keys = byId;
      startAfter(timing.untilRefresh(LIFE));
      return new CallerEvent.ClusterKeysObtained(byId.size());
    }
    failures++;
    startAfter(timing.pauseAfter(failures, Duration.ZERO));
    return new CallerEvent.ClusterKeysUnavailable(((Fetched.Failed) fetched).detail());
  }

  private void startAfter(Duration pause) {
    if (!closed) {
      timer = timing.scheduler().schedule(pause, this::start);
    }
  }

  /** Verifies with the key of this id; complete on return where the key is known. */
  CompletionStage<TokenVerdict> verify(String id, Function<JWSVerifier, TokenVerdict> token) {
    var key = keys.get(id);
    return key == null
        ? fetchedForUnknown().thenApply(fetched -> verify(id, token, fetched))
        : CompletableFuture.completedStage(token.apply(key));
  }

  private TokenVerdict verify(
      String id, Function<JWSVerifier, TokenVerdict> token, Fetched fetched) {
    var key = keys.get(id);
    if (key != null) {
      return token.apply(key);
    }
    return fetched instanceof Fetched.Failed(var detail)
        ? new TokenVerdict.Unverifiable(detail)
        : new TokenVerdict.Rejected(
            "The token is signed with a key that the cluster does not have.");
  }

  /** The fetch under way, another one, or at the limit the latest, which is not older than that. */
  private synchronized CompletableFuture<Fetched> fetchedForUnknown() {
    var now = timing.clocks().agent().instant();
    forUnknown.removeIf(begun -> !now.isBefore(begun.plus(WINDOW)));
    if (latest.isDone() && forUnknown.size() < MOST_IN_WINDOW) {
      forUnknown.addLast(now);
      start();
    }
    return latest;
  }

  /** Fetches no more. */
  @Override
  public synchronized void close() {
    closed = true;
    timer.cancel();
  }
}
