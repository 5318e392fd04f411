package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.event.CacheEvent.SharedCacheOperation;
import dev.kmsagent.domain.port.out.LeadDecision;
import dev.kmsagent.domain.port.out.LeadDecision.Lead;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who of the agents reads a secret from KMS. */
class LeaseElectionTest extends OnFakeStore {
  private static final Duration LONG = Duration.ofSeconds(10);
  private static final Duration LEASE = Duration.ofSeconds(3);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);

  private final Agent agent = agent();
  private final Agent peer = agent();

  private CompletableFuture<LeadDecision> requestLead(Agent candidate) {
    var decision = candidate.requestLead(QUERY, LONG);
    settle();
    return decision;
  }

  private Lead lead(Agent candidate) {
    return (Lead) requestLead(candidate).resultNow();
  }

  private void release(Lead lead) {
    lead.release();
    settle();
  }

  /** Lets time pass, and candidates look again whenever they want to. */
  private void pass(Duration time) {
    for (var left = time; left.isPositive(); left = left.minus(LONGEST_PAUSE)) {
      advance(LONGEST_PAUSE);
    }
  }

  @Test
  void one_waits_until_the_other_has_stored_what_it_read() {
    var lead = lead(agent);
    var waiting = requestLead(peer);
    assertThat(waiting).isNotDone();
    var entry = shares(agent, QUERY, "v1");
    release(lead);
    pass(LONGEST_PAUSE);
    assertThat(waiting).isCompletedWithValue(new LeadDecision.Supplied(entry));
  }

  @Test
  void one_that_is_supplied_leaves_the_lease_to_the_next_for_whom_that_was_read_too_early() {
    var entry = shares(agent, QUERY, "v1");
    assertThat(requestLead(peer)).isCompletedWithValue(new LeadDecision.Supplied(entry));
    var next = agent.cache.requestLead(QUERY, entry.readAt(), time.instant().plus(LONG));
    settle();
    assertThat(next).isCompletedWithValueMatching(Lead.class::isInstance);
  }

  @Test
  void one_leads_after_the_lease_although_the_other_never_comes_back() {
    lead(agent);
    var waiting = requestLead(peer);
    pass(LEASE.minus(LONGEST_PAUSE));
    assertThat(waiting).isNotDone();
    pass(LONGEST_PAUSE);
    assertThat(waiting).isCompletedWithValue(Lead.UNSHARED);
    assertThat(time.waiting()).isZero();
  }

  @Test
  void one_leads_with_half_of_its_time_left_where_that_is_little() {
    lead(agent);
    var waiting = peer.requestLead(QUERY, Duration.ofSeconds(1));
    settle();
    advance(Duration.ofMillis(499));
    assertThat(waiting).isNotDone();
    advance(Duration.ofMillis(1));
    assertThat(waiting).isCompletedWithValue(Lead.UNSHARED);
  }

  @Test
  void one_that_waits_asks_five_times_a_second_in_the_long_run() {
    lead(agent);
    assertThat(requestLead(peer)).isNotDone();
    pass(Duration.ofSeconds(1));
    var before = store.calls(SharedCacheOperation.LEASE);
    IntStream.range(0, 1000).forEach(_ -> advance(Duration.ofMillis(1)));
    assertThat(store.calls(SharedCacheOperation.LEASE) - before).isEqualTo(5);
  }

  @Test
  void one_that_releases_twice_takes_nothing_from_the_other() {
    var lead = lead(agent);
    release(lead);
    lead(peer);
    release(lead);
    assertThat(requestLead(agent)).isNotDone();
  }

  @Test
  void a_lease_that_is_granted_too_late_is_given_back() {
    var decision = agent.requestLead(QUERY, LONG);
    time.advance(LEASE);
    assertThat(decision).isCompletedWithValue(Lead.UNSHARED);
    settle();
    assertThat(requestLead(peer)).isCompletedWithValueMatching(Lead.class::isInstance);
  }

  @Test
  void who_was_waiting_leads_as_soon_as_it_finds_out_that_the_store_fails() {
    lead(agent);
    var waiting = requestLead(peer);
    store.fail(Cause.UNREACHABLE);
    assertThat(requestLead(agent)).isCompletedWithValue(Lead.UNSHARED);
    pass(LONGEST_PAUSE);
    assertThat(waiting).isCompletedWithValue(Lead.UNSHARED);
  }
}
