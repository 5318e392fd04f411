package dev.kmsagent.testkit;

import static dev.kmsagent.domain.CacheState.HIT;
import static dev.kmsagent.domain.CacheState.STALE;

import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Revision;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import java.time.Duration;
import java.time.Instant;
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

/** Retrieves secrets with knobs: what it answers to each name, and when. Thread-safe. */
public final class FakeRetrieval implements RetrieveSecret {
  public static final Unavailable NO_NEWER_VERSION =
      new Unavailable(Unavailable.Cause.NO_NEWER_VERSION, "", "KMS had no other version.");

  /** What a client asked for. */
  public record Asked(SecretQuery query, ReadMode mode) {}

  /** By query or name. */
  private final Map<Object, Supplier<CompletionStage<Retrieval>>> answers =
      new ConcurrentHashMap<>();

  /** By name, what those get who cannot be let wait. */
  public final Map<String, Found> standIns = new ConcurrentHashMap<>();

  private final List<Asked> requests = new CopyOnWriteArrayList<>();

  /** The bounds on staleness that clients set so far, in order. */
  public final List<Duration> bounds = new CopyOnWriteArrayList<>();

  /** The threads of all requests so far, in order. */
  public final List<Thread> askers = new CopyOnWriteArrayList<>();

  private volatile Optional<RuntimeException> bug = Optional.empty();
  private final Map<String, Found> atHand = new ConcurrentHashMap<>();

  /**
   * Whoever asks for {@code name} gets {@code outcome} at once; a hit, or what is stale, is at
   * hand.
   */
  public void answer(String name, Retrieval outcome) {
    answer(name, () -> CompletableFuture.completedFuture(outcome));
    if (outcome instanceof Found found && EnumSet.of(HIT, STALE).contains(found.state())) {
      atHand.put(name, found);
    }
  }

  /** Whoever asks for {@code name} gets what {@code outcome} then gives. */
  public void answer(String name, Supplier<CompletionStage<Retrieval>> outcome) {
    atHand.remove(name);
    answers.put(name, outcome);
  }

  /** This very {@code query} gets {@code outcome}, whatever its name has. */
  public void answerTo(SecretQuery query, Retrieval outcome) {
    answers.put(query, () -> CompletableFuture.completedStage(outcome));
  }

  @Override
  public Optional<Found> lookUp(SecretQuery query) {
    throwBug();
    var found = Optional.ofNullable(atHand.get(query.name().value()));
    found.ifPresent(_ -> note(query, ReadMode.CACHED));
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
    return answerTo(query);
  }

  @Override
  public CompletionStage<Retrieval> retrieveOther(SecretQuery query, Set<VersionId> rejected) {
    return retrieve(query, ReadMode.CACHED)
        .thenApply(
            it ->
                it instanceof Found found && rejected.contains(found.entry().secret().version())
                    ? NO_NEWER_VERSION
                    : it);
  }

  private CompletionStage<Retrieval> answerTo(SecretQuery query) {
    var ofName = answers.getOrDefault(query.name().value(), FakeRetrieval::gone);
    return answers.getOrDefault(query, ofName).get();
  }

  /**
   * Completes what those wait for who wait for a change of a name, and know what it has or will
   * have.
   */
  public final Map<String, CompletableFuture<Revision>> changes = new ConcurrentHashMap<>();

  @Override
  public CompletionStage<?> awaitChange(SecretQuery query, Revision known, Instant deadline) {
    throwBug();
    var answer = answerTo(query).toCompletableFuture();
    boolean isKnown =
        !answer.isDone()
            || (answer.join() instanceof Found found
                && found.entry().secret().revision().equals(known));
    if (!isKnown) {
      return CompletableFuture.completedStage(known);
    }
    return changes.computeIfAbsent(query.name().value(), _ -> new CompletableFuture<>());
  }

  private static CompletionStage<Retrieval> gone() {
    return CompletableFuture.completedStage(Secrets.gone());
  }

  private void note(SecretQuery query, ReadMode mode) {
    requests.add(new Asked(query, mode));
    askers.add(Thread.currentThread());
  }

  /** From now on every call but {@link #findWithoutWaiting} throws {@code thrown}. */
  public void breakDown(RuntimeException thrown) {
    bug = Optional.of(thrown);
  }

  private void throwBug() {
    if (bug.isPresent()) {
      throw bug.get();
    }
  }

  /** Every request for {@code name} so far, in order. */
  public List<Asked> requests(String name) {
    return requests.stream().filter(r -> r.query().name().value().equals(name)).toList();
  }
}
