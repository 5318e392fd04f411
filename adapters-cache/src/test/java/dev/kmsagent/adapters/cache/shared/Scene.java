package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Patience.assertSoon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.shared.EntryStore.Written;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.SharedCacheOutcome.Failed;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheCalled;
import dev.kmsagent.domain.port.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * An agent as the wiring puts it together, and others that come when they are needed, on servers to
 * which something happens.
 */
final class Scene implements AutoCloseable {
  static final SecretQuery QUERY = Secrets.current("app/db");

  /** Long enough for a server that answers, short enough to wait for in vain. */
  static final Duration TIMEOUT = Duration.ofSeconds(1);

  /** Far beyond the patience: who waits for so long was not stopped by it. */
  private static final Duration DEADLINE = Duration.ofMinutes(1);

  /**
   * Far below half of the deadline, and far above the timeout, on a machine that does much else.
   */
  private static final Duration IN_TIME = TIMEOUT.plusSeconds(20);

  final CachingAgent agent;
  private final RedisConfig settings;
  private final AtomicInteger numbers = new AtomicInteger();

  /** The entries that the servers took from any agent. */
  private final AtomicInteger kept = new AtomicInteger();

  private final class CountedWrites extends EntryStoreDecorator {
    CountedWrites(EntryStore inner) {
      super(inner);
    }

    @Override
    protected <T> CompletionStage<StoreResult<T>> perform(
        SharedCacheOperation operation,
        EntryKey key,
        Supplier<CompletionStage<StoreResult<T>>> exchange) {
      return exchange
          .get()
          .whenComplete(
              (result, _) -> {
                if (result != null && result.answered().filter(Written.KEPT::equals).isPresent()) {
                  kept.incrementAndGet();
                }
              });
    }
  }

  Scene(Servers servers) {
    this(CachingAgent.settings(servers, TIMEOUT));
  }

  Scene(RedisConfig settings) {
    this.settings = settings;
    this.agent = plan().start();
  }

  private CachingAgent.Plan plan() {
    return CachingAgent.on(settings)
        .decoration(CountedWrites::new)
        .breaker()
        .localTtl(Duration.ofSeconds(1));
  }

  /** One more agent that shares with this one. */
  CachingAgent another() {
    return plan().start();
  }

  CacheEntry read() {
    var value = "v" + numbers.incrementAndGet();
    return Secrets.entry(Secrets.text("app/db", value, value), now());
  }

  private static Instant now() {
    return InstantSource.system().instant().truncatedTo(ChronoUnit.MICROS);
  }

  /** What the agent has read and the others have as well. */
  CacheEntry share() {
    return share(agent);
  }

  /**
   * It may take several attempts: the servers may not be ready, or not be asked, or keep what was
   * read earlier by less than the clocks are known.
   */
  private CacheEntry share(CachingAgent writer) {
    var shared = new AtomicReference<>(read());
    assertSoon(
        () -> {
          var before = kept.get();
          shared.set(read());
          writer.cache.store(QUERY, shared.get());
          findShared(writer.cache, QUERY);
          return kept.get() > before;
        });
    return shared.get();
  }

  static Optional<CacheEntry> findShared(SecretCache cache, SecretQuery query) {
    var lookup = cache.findShared(query, now().plus(DEADLINE)).toCompletableFuture();
    assertThat(lookup).succeedsWithin(IN_TIME);
    return lookup.join();
  }

  private static LeadDecision requestLead(SecretCache cache, SecretQuery query) {
    var decision =
        cache.requestLead(query, Instant.MIN, now().plus(DEADLINE)).toCompletableFuture();
    assertThat(decision).succeedsWithin(IN_TIME);
    return decision.join();
  }

  /** What the agent serves without asking KMS. */
  Optional<CacheEntry> served() {
    var found = agent.cache.find(QUERY);
    return found.isPresent() ? found : findShared(agent.cache, QUERY);
  }

  /** It serves what it has, and reads what it has not, with no more than the patience lost. */
  void assertGoesOn(CacheEntry copy) {
    assertThat(served().map(CacheEntry::secret)).contains(copy.secret());
    assertDoesWithout();
  }

  /** It reads what it has not, keeps it and drops it. */
  void assertDoesWithout() {
    var query = Secrets.current("app/" + numbers.incrementAndGet());
    assertThat(findShared(agent.cache, query)).isEmpty();
    assertThat(requestLead(agent.cache, query))
        .isInstanceOfSatisfying(LeadDecision.Lead.class, LeadDecision.Lead::release);
    var entry = read();
    agent.cache.store(query, entry);
    assertThat(agent.cache.find(query).map(CacheEntry::secret)).contains(entry.secret());
    agent.cache.evict(query);
    assertThat(agent.cache.find(query)).isEmpty();
  }

  /** Something was tried, and failed for one of these reasons. */
  void assertTold(Cause... causes) {
    assertSoon(() -> told().stream().anyMatch(List.of(causes)::contains));
  }

  List<Cause> told() {
    return agent.events.of(SharedCacheCalled.class).stream()
        .map(SharedCacheCalled::outcome)
        .filter(Failed.class::isInstance)
        .map(outcome -> ((Failed) outcome).cause())
        .toList();
  }

  /** What another agent reads from now on is seen, and what this one reads is seen by others. */
  void assertHeals() {
    try (var other = another()) {
      var theirs = share(other);
      assertSoon(() -> isSameSecret(served(), theirs));
      var ours = share();
      assertSoon(() -> isSameSecret(findShared(other.cache, QUERY), ours));
    }
  }

  /** Other agents date an entry only nearly as the one that read it. */
  static boolean isSameSecret(Optional<CacheEntry> one, CacheEntry other) {
    return one.map(CacheEntry::secret).equals(Optional.of(other.secret()));
  }

  /** All at once. */
  static <T> List<T> join(List<CompletableFuture<T>> futures) {
    assertThat(futures).allSatisfy(future -> assertThat(future).succeedsWithin(IN_TIME));
    return futures.stream().map(CompletableFuture::join).toList();
  }

  @Override
  public void close() {
    agent.close();
  }
}
