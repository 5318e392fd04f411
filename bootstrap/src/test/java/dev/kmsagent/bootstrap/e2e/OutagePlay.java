package dev.kmsagent.bootstrap.e2e;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Relay;
import dev.kmsagent.testkit.VirtualTime;
import dev.kmsagent.testkit.http.AgentAnswer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Stream;

/** A cloud and an agent, in virtual time, that meet an outage in every state of the cache. */
final class OutagePlay implements AutoCloseable {
  private static final Duration TTL = Duration.ofSeconds(8);
  private static final Duration STALE_AFTER = Duration.ofSeconds(4);
  private static final Duration DEADLINE = Duration.ofSeconds(12);

  /** When a call leaves that waited for others. */
  private static final Duration LEAVES_AFTER = DEADLINE.dividedBy(2);

  /** What has lapsed at the moment is still within it when the last request has timed out. */
  private static final Duration MAX_STALE = DEADLINE.plusSeconds(14);

  private static final String SETTINGS =
      """
      Cache.TtlSeconds = %d
      Cache.MaxStaleSeconds = %d
      Cache.StaleAfterMillis = %d
      Cache.RefreshAheadRatio = 1.0
      Cache.TtlJitterRatio = 0.0
      Server.RequestTimeoutSeconds = %d
      KMS.ReadTimeoutMillis = 60000
      """
          .formatted(
              TTL.toSeconds(), MAX_STALE.toSeconds(), STALE_AFTER.toMillis(), DEADLINE.toSeconds());

  /** What the cache holds of a secret when the outage begins, and how the client asks. */
  enum State {
    NOTHING,
    FRESH,
    /** The agent's last call to KMS was answered. */
    LAPSED,
    /**
     * The last call for it failed transiently, or the last of all for a reason that concerns it.
     */
    NOTICED,
    PAST_BOUND,
    REFRESH_NOW
  }

  /** For what a client waits. */
  enum Wait {
    /** For nothing: the answer is there while all that comes from the cloud is held up. */
    NONE("at once"),
    /** For the cloud's answer, or for the failure that stands for one. */
    ANSWER("after the answer"),
    /** As long as somebody waits who could have a stale value. */
    LONGER("after `StaleAfterMillis`"),
    /** As long as a call waits for others. */
    TURN("after half of the time"),
    /** As long as anybody waits. */
    DEADLINE("at the deadline");

    private final String words;

    Wait(String words) {
      this.words = words;
    }

    private static Wait of(Duration took, boolean barred) {
      if (took.equals(LEAVES_AFTER)) {
        return TURN;
      }
      if (took.compareTo(OutagePlay.DEADLINE) >= 0) {
        return Wait.DEADLINE;
      }
      if (took.equals(STALE_AFTER)) {
        return LONGER;
      }
      return barred ? NONE : ANSWER;
    }
  }

  /**
   * What comes of one request.
   *
   * @param got status with the value or the code
   * @param calls how many calls for that secret reach KMS
   */
  record Cell(String got, Wait waited, long calls) {
    /** Whether the call waits for others until it leaves. */
    private boolean isLeft() {
      return calls == 0 && (waited == Wait.LONGER || waited == Wait.TURN);
    }

    /** As the page has it: {@code 200 old, stale · at once · 1 call}. */
    static Cell parse(String text) {
      var parts = text.split(" · ", -1);
      var waits = Stream.of(Wait.values()).filter(wait -> wait.words.equals(parts[1]));
      var calls = parts[2].replace("no call", "0").replaceFirst(" calls?", "");
      return new Cell(parts[0], waits.findFirst().orElseThrow(), Long.parseLong(calls));
    }
  }

  /** What a client got, and for what it waited. */
  private record Timed(AgentAnswer answer, Wait waited) {
    String got() {
      var stale = answer.cacheStatus().endsWith("stale-if-error") ? ", stale" : "";
      return answer.status() == 200 ? "200 " + answer.text("SecretData") + stale : answer.verdict();
    }
  }

  private final VirtualTime time = new VirtualTime();
  private final Workload workload;
  private final Relay road;
  private final AgentSetup setup;
  private WiredAgent agent;
  private final Map<State, String> names = new EnumMap<>(State.class);
  private final Map<State, CompletableFuture<Timed>> answers = new EnumMap<>(State.class);
  private final Map<State, Cell> expected;

  OutagePlay(Path folder, Function<Workload, AgentSetup> setup, Map<State, Cell> expected) {
    this.expected = expected;
    this.workload = Workload.at(time, folder);
    this.road = Relay.to(workload.emulator().port());
    var endpoint = "KMS.Endpoint = \"" + road.endpoint() + "\"";
    this.setup = setup.apply(workload).with(SETTINGS).with(endpoint);
    this.agent = WiredAgent.start(this.setup, time);
    for (var state : State.values()) {
      names.put(state, workload.cloud().newSecret("old"));
    }
  }

  VirtualTime time() {
    return time;
  }

  Workload workload() {
    return workload;
  }

  WiredAgent agent() {
    return agent;
  }

  /** Stops KMS; returns when the agent has no connection to it, so that none is held up. */
  void stopKms() throws IOException {
    workload.emulator().kms().stop();
    Patience.see(road::connections, open -> open == 0);
  }

  /** Ends the agent, and starts it anew. */
  void restart() {
    agent.close();
    agent = WiredAgent.start(setup, time);
  }

  /** The names of the secrets that are asked for. */
  List<String> names() {
    return List.copyOf(names.values());
  }

  /** Brings every secret into its state; each has a new value in KMS then. */
  void prepare() {
    cache(State.PAST_BOUND);
    time.advance(MAX_STALE);
    cache(State.LAPSED, State.NOTICED);
    time.advance(TTL);
    cache(State.REFRESH_NOW, State.FRESH);
    names.values().forEach(name -> workload.emulator().secrets().put(name, "v2", "new"));
    workload.emulator().calls().clear();
  }

  private void cache(State... states) {
    for (var state : states) {
      assertThat(agent.client().secret(name(state)).summary()).isEqualTo("old, fwd=miss");
    }
  }

  private String name(State state) {
    return requireNonNull(names.get(state));
  }

  /**
   * Asks in every state; the outage has been noticed when all others have failed once.
   *
   * @param answersWithin how long it takes for an answer of the cloud
   * @param notice what makes the agent notice, too
   * @param received waits until the cloud has received what it does not answer
   */
  Map<State, Cell> ask(Duration answersWithin, Runnable notice, Runnable received) {
    ask(EnumSet.complementOf(EnumSet.of(State.NOTICED)), answersWithin, received);
    notice.run();
    ask(EnumSet.of(State.NOTICED), answersWithin, received);
    var cells = new EnumMap<State, Cell>(State.class);
    answers.keySet().forEach(state -> cells.put(state, measured(state)));
    return cells;
  }

  /** At one moment, while all that comes back from KMS is held up until every call is there. */
  private void ask(Set<State> states, Duration answersWithin, Runnable received) {
    var opening = new CountDownLatch(1);
    road.holdUp(opening);
    var start = time.instant();
    states.forEach(state -> answers.put(state, ask(state, start, opening)));
    Patience.join(CompletableFuture.allOf(expectedTo(states, Wait.NONE)));
    states.forEach(state -> awaitCalls(state, Math.min(1, expected(state).calls())));
    time.awaitDue(STALE_AFTER, expectedTo(states, Wait.LONGER).length);
    time.awaitDue(
        LEAVES_AFTER, (int) states.stream().map(this::expected).filter(Cell::isLeft).count());
    opening.countDown();
    received.run();
    var all = CompletableFuture.allOf(expectedTo(states, Wait.ANSWER));
    time.advanceUntil(all::isDone, answersWithin);
    joinAt(start.plus(STALE_AFTER), expectedTo(states, Wait.LONGER));
    joinAt(start.plus(LEAVES_AFTER), expectedTo(states, Wait.TURN));
    // By then the calls that these waited for have failed as well.
    joinAt(start.plus(DEADLINE), expectedTo(states, Wait.TURN));
    joinAt(start.plus(DEADLINE), expectedTo(states, Wait.DEADLINE));
  }

  private CompletableFuture<Timed> ask(State state, Instant start, CountDownLatch opening) {
    var refreshNow = state == State.REFRESH_NOW ? "&refreshNow=true" : "";
    return agent
        .client()
        .readAsync(name(state) + refreshNow)
        .thenApply(
            answer -> {
              var took = Duration.between(start, time.instant());
              return new Timed(answer, Wait.of(took, opening.getCount() > 0));
            });
  }

  private Cell expected(State state) {
    return requireNonNull(expected.get(state));
  }

  private CompletableFuture<?>[] expectedTo(Set<State> states, Wait wait) {
    return states.stream()
        .filter(state -> expected(state).waited() == wait)
        .map(answers::get)
        .toArray(CompletableFuture<?>[]::new);
  }

  private void joinAt(Instant end, CompletableFuture<?>... all) {
    if (all.length > 0) {
      time.advance(Duration.between(time.instant(), end));
      Patience.join(CompletableFuture.allOf(all));
    }
  }

  private long awaitCalls(State state, long count) {
    return Patience.see(() -> workload.cloud().calls(name(state)), seen -> seen >= count);
  }

  /** A stale value is given before the call in its background has come through. */
  private Cell measured(State state) {
    var answer = Patience.join(requireNonNull(answers.get(state)));
    return new Cell(answer.got(), answer.waited(), awaitCalls(state, expected(state).calls()));
  }

  @Override
  public void close() throws IOException {
    agent.close();
    road.close();
    workload.close();
  }
}
