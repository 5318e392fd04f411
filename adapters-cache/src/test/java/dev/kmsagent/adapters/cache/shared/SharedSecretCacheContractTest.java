package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.domain.port.SecretCache;
import dev.kmsagent.testkit.SecretCacheContract;
import dev.kmsagent.testkit.Secrets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** The contract of a cache, and of two agents that share one behind their circuit breakers. */
class SharedSecretCacheContractTest implements SecretCacheContract {
  private static final SecretQuery QUERY = Secrets.current("app/db");

  /** More than an agent waits for anything here. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final Duration STEP = Duration.ofMillis(10);

  private final FakeEntryStore store = new FakeEntryStore();
  private final SimulatedCache agent = SimulatedCache.on(store).breaker().start();
  private final SimulatedCache peer = SimulatedCache.on(store).breaker().start();

  @Override
  public SecretCache cache() {
    return agent.cache;
  }

  @Override
  public InstantSource clock() {
    return store.time;
  }

  @Override
  public void await(BooleanSupplier condition) {
    var end = store.time.instant().plus(PATIENCE);
    doAll();
    while (!condition.getAsBoolean()) {
      assertThat(store.time.instant()).isBefore(end);
      store.time.advance(STEP);
      doAll();
    }
  }

  private void doAll() {
    Tasks.doAll(List.of(agent.tasks, peer.tasks));
  }

  @Override
  public <T> T join(CompletionStage<T> stage) {
    var future = stage.toCompletableFuture();
    await(future::isDone);
    return future.join();
  }

  @Override
  public void cutOff() {
    store.fail(Cause.UNREACHABLE);
  }

  /** An entry that the peer has shared. */
  private CacheEntry shared() {
    var entry = Secrets.entry(Secrets.text("app/db", "v1", "hunter2"), readAt());
    peer.cache.store(QUERY, entry);
    await(() -> found(agent).isPresent());
    return entry;
  }

  private Optional<CacheEntry> found(SimulatedCache cache) {
    return join(cache.cache.findShared(QUERY, inAMinute()));
  }

  private LeadDecision requestLead(SimulatedCache cache) {
    return join(cache.cache.requestLead(QUERY, Instant.MIN, inAMinute()));
  }

  private Instant inAMinute() {
    return clock().instant().plusSeconds(60);
  }

  @Test
  void what_one_agent_stores_another_finds_and_keeps_and_is_supplied_with() {
    var secret = shared().secret();
    assertThat(found(agent).orElseThrow().secret()).isEqualTo(secret);
    assertThat(requestLead(agent))
        .isInstanceOfSatisfying(
            LeadDecision.Supplied.class,
            supplied -> assertThat(supplied.entry().secret()).isEqualTo(secret));
    cutOff();
    assertThat(cache().find(QUERY).orElseThrow().secret()).isEqualTo(secret);
  }

  @Test
  void what_is_refused_to_one_agent_another_neither_finds_nor_restores() {
    var entry = shared();
    cache().evictAll(QUERY.name());
    await(() -> requestLead(peer) instanceof LeadDecision.Lead);
    assertThat(peer.cache.find(QUERY)).isEmpty();
    peer.cache.store(QUERY, entry);
    await(() -> found(peer).isEmpty());
    assertThat(found(agent)).isEmpty();
  }

  @Test
  void an_agent_leads_once_another_that_leads_is_done_or_gone() {
    var first = (LeadDecision.Lead) requestLead(agent);
    var waiting = peer.cache.requestLead(QUERY, Instant.MIN, inAMinute());
    first.release();
    assertThat(join(waiting)).isInstanceOf(LeadDecision.Lead.class);
    assertThat(requestLead(agent)).isInstanceOf(LeadDecision.Lead.class);
  }
}
