package dev.kmsagent.bootstrap.e2e;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.VirtualTime;
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

  private final VirtualTime time;
  private final TestCloud cloud;
  private final AgentClient client;
  private final Map<State, String> names = new EnumMap<>(State.class);

  AgedSecrets(VirtualTime time, TestCloud cloud, AgentClient client) {
    this.time = time;
    this.cloud = cloud;
    this.client = client;
    for (var state : State.values()) {
      names.put(state, cloud.newSecret("old"));
    }
  }

  /** Returns when every secret is in its state, and has a new value in KMS. */
  void prepare() {
    cache(State.PAST_BOUND);
    time.advance(MAX_STALE);
    cache(State.LAPSED, State.NOTICED);
    time.advance(TTL);
    cache(State.REFRESH_NOW, State.FRESH);
    names.values().forEach(name -> cloud.emulator().secrets().put(name, "v2", "new"));
    cloud.emulator().calls().clear();
  }

  /** Reads secrets for the first time. */
  private void cache(State... states) {
    for (var state : states) {
      assertThat(client.secret(name(state)).summary()).isEqualTo("old, fwd=miss");
    }
  }

  CompletableFuture<AgentAnswer> ask(State state) {
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
