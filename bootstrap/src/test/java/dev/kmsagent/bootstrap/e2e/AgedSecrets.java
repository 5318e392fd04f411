package dev.kmsagent.bootstrap.e2e;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Secrets of one agent, cached at such times that every state is there at one moment. */
final class AgedSecrets {
  private static final Duration TTL = Duration.ofSeconds(8);

  /** What has lapsed at the moment is still within it when the last request has timed out. */
  private static final Duration MAX_STALE = Waits.REQUEST_TIMEOUT.plusSeconds(14);

  static final String SETTINGS =
      """
      Cache.TtlSeconds = %d
      Cache.MaxStaleSeconds = %d
      Cache.RefreshAheadRatio = 1.0
      Cache.TtlJitterRatio = 0.0
      """
          .formatted(TTL.toSeconds(), MAX_STALE.toSeconds());

  private final Cloud cloud;
  private final AgentClient client;
  private final Map<State, String> names = new EnumMap<>(State.class);

  AgedSecrets(Cloud cloud, AgentClient client) {
    this.cloud = cloud;
    this.client = client;
    for (var state : State.values()) {
      names.put(state, cloud.newSecret("old"));
    }
  }

  /** Returns when every secret is in its state, and has a new value in KMS. */
  void prepare() {
    var past = cache(State.PAST_BOUND);
    await(past, MAX_STALE.minusSeconds(1));
    var lapsed = cache(State.LAPSED, State.NOTICED);
    await(lapsed, TTL.plusMillis(100));
    await(past, TTL.plus(MAX_STALE).plusMillis(100));
    cache(State.REFRESH_NOW, State.FRESH);
    names.values().forEach(name -> cloud.emulator().secrets().put(name, "v2", "new"));
    cloud.emulator().calls().clear();
  }

  /** Reads secrets for the first time, and tells when the last was there. */
  private long cache(State... states) {
    for (var state : states) {
      Eventually.see(() -> client.secret(name(state)).status(), status -> status == 200);
    }
    return System.nanoTime();
  }

  private static void await(long start, Duration span) {
    Eventually.see(() -> System.nanoTime() - start, passed -> passed >= span.toNanos());
  }

  CompletableFuture<Answer> ask(State state) {
    return state.ask(client, name(state));
  }

  /** How many calls for the secret of this state reached KMS. */
  long calls(State state) {
    return cloud.calls(name(state));
  }

  private String name(State state) {
    return requireNonNull(names.get(state));
  }
}
