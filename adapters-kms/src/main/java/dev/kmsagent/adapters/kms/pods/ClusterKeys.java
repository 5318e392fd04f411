package dev.kmsagent.adapters.kms.pods;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.adapters.kms.pods.JwksSource.Fetched;
import dev.kmsagent.adapters.kms.transport.TransportFailure;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.FairRate;
import dev.kmsagent.domain.event.AgentEvent;
import dev.kmsagent.domain.event.CallerEvent;
import dev.kmsagent.domain.port.out.AgentEvents;
import dev.kmsagent.domain.port.out.DurableRecord;
import dev.kmsagent.domain.port.out.DurableRecord.Fact;
import dev.kmsagent.domain.port.out.Scheduler.Timer;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys that verify tokens, refreshed in the background. While that fails those in use stay in
 * use; after a restart those from before are in use until the cluster answers. A token of an
 * unknown key has them fetched anew, at most twice in half a minute. Thread-safe; no lock is held
 * during a fetch.
 */
final class ClusterKeys implements AutoCloseable {
  /** Of which a random part passes until the next refresh: five minutes on average. */
  private static final Duration LIFE = Duration.ofMinutes(8);

  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** The one group of tokens whose keys are not known, and so alone in its limit. */
  private static final String UNKNOWN = "unknown";

  private static final int MOST_IN_WINDOW = 2;

  private static final Fetched AT_LIMIT =
      new Fetched.Failed("The token's key was not among the latest, which are fetched again soon.");

  private final Supplier<Fetched> source;
  private final Executor executor;
  private final TimeSources timing;
  private final AgentEvents events;
  private final DurableRecord record;
  private final FairRate<String> forUnknown =
      new FairRate<>(Duration.ofSeconds(30), MOST_IN_WINDOW, 2 * MOST_IN_WINDOW, key -> key);
  private final AtomicReference<InUse> keys = new AtomicReference<>(InUse.NONE);
  private volatile CompletableFuture<?> restoring = CompletableFuture.completedFuture(null);
  private CompletableFuture<Fetched> latest =
      CompletableFuture.completedFuture(new Fetched.Failed("No keys were asked for yet."));
  private int failures;
  private Timer timer = () -> {};
  private boolean closed;

  /** Keys, and to when they count: without end, unless they are from before a restart. */
  private record InUse(Map<String, RememberingVerifier> byId, Instant until) {
    static final InUse NONE = new InUse(Map.of(), Instant.MAX);
  }

  /**
   * Fetches nothing yet.
   *
   * @param source blocks for a limited time
   * @param executor for tasks that wait: virtual threads
   * @param record of this cluster: its keys from before a restart
   */
  ClusterKeys(
      Supplier<Fetched> source,
      Executor executor,
      TimeSources timing,
      AgentEvents events,
      DurableRecord record) {
    this.source = source;
    this.executor = executor;
    this.timing = timing;
    this.events = events;
    this.record = record;
  }

  /** Restores the keys from before a restart, and fetches those of now. */
  void start() {
    restore();
    fetch();
  }

  /** A slow disk may have them later. */
  private void restore() {
    restoring = record.find().thenAccept(it -> it.ifPresent(this::restore)).toCompletableFuture();
  }

  private void restore(Fact before) {
    if (JwksSource.keys(before.text().getBytes(UTF_8)) instanceof Fetched.Keys(var byId, _)
        && keys.compareAndSet(InUse.NONE, new InUse(byId, before.until()))) {
      events.publish(new CallerEvent.ClusterKeysRestored(byId.size()));
    }
  }

  /** Fetches the keys, unless that is under way, and again and again from then on. */
  private synchronized void fetch() {
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
    if (fetched instanceof Fetched.Keys(var byId, var text)) {
      failures = 0;
      keys.set(new InUse(byId, Instant.MAX));
      record.keep(text);
      startAfter(timing.untilRenewal(LIFE));
      return new CallerEvent.ClusterKeysObtained(byId.size());
    }
    failures++;
    if (keys.get().equals(InUse.NONE)) {
      restore();
    }
    startAfter(timing.backoff(failures, LONGEST_PAUSE));
    return new CallerEvent.ClusterKeysUnavailable(((Fetched.Failed) fetched).detail());
  }

  private void startAfter(Duration pause) {
    if (!closed) {
      timer = timing.scheduler().schedule(pause, this::fetch);
    }
  }

  /** Verifies with the key of this id; complete on return where the key is known. */
  CompletionStage<TokenVerdict> verify(
      String id, Function<RememberingVerifier, TokenVerdict> token) {
    var key = key(id);
    if (key == null && !restoring.isDone()) {
      return restoring.thenCompose(_ -> verify(id, token));
    }
    return key == null
        ? fetchedForUnknown().thenApply(fetched -> verify(id, token, fetched))
        : CompletableFuture.completedStage(token.apply(key));
  }

  /** Whether the key of this id has verified a token. */
  boolean hasVerified(String id, ConfidentialText token) {
    var key = key(id);
    return key != null && key.hasVerified(token.reveal());
  }

  private @Nullable RememberingVerifier key(String id) {
    var known = keys.get();
    return timing.now().isBefore(known.until()) ? known.byId().get(id) : null;
  }

  private TokenVerdict verify(
      String id, Function<RememberingVerifier, TokenVerdict> token, Fetched fetched) {
    var key = key(id);
    if (key != null) {
      return token.apply(key);
    }
    return fetched instanceof Fetched.Failed(var detail)
        ? new TokenVerdict.Unverifiable(detail)
        : new TokenVerdict.Rejected(
            "The token is signed with a key that the cluster does not have.");
  }

  /**
   * The fetch under way, or another one. At the limit the latest, which failed or began before the
   * token came, and so does not tell that there is no such key.
   */
  private synchronized CompletableFuture<Fetched> fetchedForUnknown() {
    if (latest.isDone() && !forUnknown.admits(UNKNOWN, timing.now())) {
      return latest.thenApply(it -> it instanceof Fetched.Keys ? AT_LIMIT : it);
    }
    fetch();
    return latest;
  }

  /** Fetches no more. */
  @Override
  public synchronized void close() {
    closed = true;
    timer.cancel();
  }
}
