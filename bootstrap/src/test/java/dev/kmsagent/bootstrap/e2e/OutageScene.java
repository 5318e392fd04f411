package dev.kmsagent.bootstrap.e2e;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Relay;
import dev.kmsagent.testkit.VirtualTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A trouble that strikes everything at once, met in every state by an agent of its own. */
final class OutageScene {
  private static final List<State> UNNOTICED =
      List.of(State.FRESH, State.LAPSED, State.NOTHING, State.PAST_BOUND, State.REFRESH_NOW);

  static final String SETTINGS = Waits.SETTINGS + AgedSecrets.SETTINGS;

  private final VirtualTime time;
  private final AgedSecrets secrets;
  private final List<Relay> roads;
  private final Map<State, CompletableFuture<Barrier.Timed>> answers = new EnumMap<>(State.class);

  OutageScene(VirtualTime time, AgedSecrets secrets, List<Relay> roads) {
    this.time = time;
    this.secrets = secrets;
    this.roads = roads;
  }

  /** Asks in every state after the strike; the outage has been noticed when all has failed once. */
  Map<State, Cell> play(Runnable strike, Barrier.Course course, Map<State, Cell> expected) {
    secrets.prepare();
    strike.run();
    ask(UNNOTICED, course, expected);
    ask(List.of(State.NOTICED), course, expected);
    var cells = new EnumMap<State, Cell>(State.class);
    expected.forEach((state, cell) -> cells.put(state, cell(state, cell.calls())));
    return cells;
  }

  /** Everything that the client got. */
  String answers() {
    return answers.keySet().stream()
        .map(state -> answer(state).answer())
        .map(answer -> answer.headers() + answer.body())
        .collect(joining());
  }

  private void ask(List<State> states, Barrier.Course course, Map<State, Cell> expected) {
    var barrier = new Barrier(time, roads);
    for (var state : states) {
      var waits = requireNonNull(expected.get(state)).waits();
      answers.put(state, barrier.watch(waits, () -> secrets.ask(state)));
    }
    barrier.open(
        () -> states.forEach(state -> awaitCall(state, requireNonNull(expected.get(state)))),
        course);
  }

  /** So that no call begins after another has had its answer. */
  private void awaitCall(State state, Cell expected) {
    var first = Math.min(1, expected.calls());
    Patience.see(() -> secrets.calls(state), seen -> seen >= first);
  }

  private Barrier.Timed answer(State state) {
    return requireNonNull(answers.get(state)).join();
  }

  /** A stale value is given before the call in its background has come through. */
  private Cell cell(State state, long expectedCalls) {
    var answer = answer(state);
    var calls = Patience.see(() -> secrets.calls(state), seen -> seen >= expectedCalls);
    return new Cell(Cell.got(answer.answer()), answer.waits(), calls);
  }
}
