package dev.kmsagent.adapters.files;

import static java.util.Objects.requireNonNull;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Revision;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Secrets that a test gives, refuses and changes; who waits is woken by the test alone. */
final class FakeSecrets implements RetrieveSecret {
  private record Waiter(Revision known, CompletableFuture<Revision> woken) {}

  private final VirtualTime time;
  private final Map<String, Retrieval> outcomes = new HashMap<>();
  private final Map<String, Integer> retrievals = new HashMap<>();
  private final Map<String, Waiter> waiters = new HashMap<>();

  FakeSecrets(VirtualTime time) {
    this.time = time;
  }

  void give(String secret, String version, String value) {
    var entry = Secrets.entry(Secrets.text(secret, version, value), time.instant());
    outcomes.put(secret, new Found(entry, CacheState.HIT));
  }

  void refuse(String secret, NoSecret reason) {
    outcomes.put(secret, reason);
  }

  void wake(String secret) {
    var waiter = requireNonNull(waiters.remove(secret), "nobody waits for it");
    waiter.woken().complete(waiter.known());
  }

  CacheEntry entry(String secret) {
    return ((Found) requireNonNull(outcomes.get(secret))).entry();
  }

  Revision revision(String secret) {
    return entry(secret).secret().revision();
  }

  /** What who waits for the secret knows of it. */
  Revision knownOf(String secret) {
    return requireNonNull(waiters.get(secret)).known();
  }

  int retrievals(String secret) {
    return retrievals.getOrDefault(secret, 0);
  }

  int waiting() {
    return waiters.size();
  }

  @Override
  public CompletionStage<Retrieval> retrieve(SecretQuery query, ReadMode mode) {
    var secret = query.name().value();
    retrievals.merge(secret, 1, Integer::sum);
    return CompletableFuture.completedStage(requireNonNull(outcomes.get(secret)));
  }

  @Override
  public CompletionStage<Retrieval> retrieveOther(SecretQuery query, Set<VersionId> rejected) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<?> awaitChange(SecretQuery query, Revision known, Instant deadline) {
    var waiter = new Waiter(known, new CompletableFuture<>());
    waiters.put(query.name().value(), waiter);
    return time.timing().completeAt(deadline, waiter.woken(), () -> known);
  }

  @Override
  public Optional<Found> lookUp(SecretQuery query) {
    return Optional.empty();
  }

  @Override
  public Optional<Found> findWithoutWaiting(SecretQuery query) {
    return Optional.empty();
  }

  @Override
  public RetrieveSecret withMaxStale(Duration maxStale) {
    return this;
  }
}
