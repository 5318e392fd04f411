package dev.kmsagent.adapters.http;

import static dev.kmsagent.domain.CacheState.HIT;
import static dev.kmsagent.domain.CacheState.STALE;

import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Retrieval.Lookup;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.RetrieveSecret;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** An inside with knobs: what it answers to each name, and when. Thread-safe. */
final class FakeRetrieval implements RetrieveSecret {
  /** What a client asked for. */
  record Asked(SecretQuery query, ReadMode mode) {}

  private final Map<String, Supplier<CompletionStage<Retrieval>>> answers =
      new ConcurrentHashMap<>();
  private final Set<SecretQuery> missing = ConcurrentHashMap.newKeySet();
  private final Map<SecretQuery, Retrieval> answersTo = new ConcurrentHashMap<>();
  private final List<Asked> requests = new CopyOnWriteArrayList<>();
  private final List<Duration> bounds = new CopyOnWriteArrayList<>();
  private final List<Thread> askers = new CopyOnWriteArrayList<>();
  private volatile Optional<RuntimeException> bug = Optional.empty();

  private final Map<String, Found> atHand = new ConcurrentHashMap<>();
  private final Map<String, Found> standIns = new ConcurrentHashMap<>();

  /**
   * Whoever asks for {@code name} gets {@code outcome} at once; a hit, or what is stale, is at
   * hand.
   */
  void answer(String name, Retrieval outcome) {
    answer(name, () -> CompletableFuture.completedFuture(outcome));
    if (outcome instanceof Found found && EnumSet.of(HIT, STALE).contains(found.state())) {
      atHand.put(name, found);
    }
  }

  /** Whoever asks for {@code name}, and cannot be let wait, gets {@code found}. */
  void standIn(String name, Found found) {
    standIns.put(name, found);
  }

  /** Whoever asks for {@code name} gets what {@code outcome} then gives. */
  void answer(String name, Supplier<CompletionStage<Retrieval>> outcome) {
    answers.put(name, outcome);
  }

  /** A look-up of {@code query} finds no entry. */
  void miss(SecretQuery query) {
    missing.add(query);
  }

  /** This very {@code query} gets {@code outcome}, whatever its name has. */
  void answerTo(SecretQuery query, Retrieval outcome) {
    answersTo.put(query, outcome);
  }

  @Override
  public Lookup lookUp(SecretQuery query) {
    throwBug();
    var found = atHand.get(query.name().value());
    if (found == null) {
      return missing.contains(query) ? Lookup.NotServed.MISSING : Lookup.NotServed.UNDECIDED;
    }
    note(query, ReadMode.CACHED);
    return found;
  }

  @Override
  public Optional<Found> findWithoutWaiting(SecretQuery query) {
    var found = Optional.ofNullable(standIns.get(query.name().value()));
    found.ifPresent(_ -> note(query, ReadMode.CACHED));
    return found;
  }

  @Override
  public RetrieveSecret withMaxStale(Duration maxStale) {
    bounds.add(maxStale);
    return this;
  }

  @Override
  public CompletionStage<Retrieval> retrieve(SecretQuery query, ReadMode mode) {
    throwBug();
    note(query, mode);
    var answer = answersTo.get(query);
    if (answer != null) {
      return CompletableFuture.completedFuture(answer);
    }
    return answers
        .getOrDefault(query.name().value(), () -> CompletableFuture.completedFuture(Secrets.gone()))
        .get();
  }

  private void note(SecretQuery query, ReadMode mode) {
    requests.add(new Asked(query, mode));
    askers.add(Thread.currentThread());
  }

  /** From now on every call but {@link #findWithoutWaiting} throws {@code thrown}. */
  void breakDown(RuntimeException thrown) {
    bug = Optional.of(thrown);
  }

  private void throwBug() {
    if (bug.isPresent()) {
      throw bug.get();
    }
  }

  /** The threads of all requests so far, in order. */
  List<Thread> askers() {
    return askers;
  }

  /** The bounds on staleness that clients set so far, in order. */
  List<Duration> bounds() {
    return bounds;
  }

  /** Every request for {@code name} so far, in order. */
  List<Asked> requests(String name) {
    return requests.stream().filter(r -> r.query().name().value().equals(name)).toList();
  }
}
