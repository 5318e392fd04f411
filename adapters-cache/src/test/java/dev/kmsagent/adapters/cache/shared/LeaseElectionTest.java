package dev.kmsagent.adapters.cache.shared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.domain.port.LeadDecision;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Who of the agents reads a secret from KMS. */
class LeaseElectionTest extends OnFakeStore {
  private static final Duration LONG = Duration.ofSeconds(10);
  private static final Duration LEASE = Duration.ofSeconds(3);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);

  private final SimulatedCache agent = agent();
  private final SimulatedCache peer = agent();

  private CompletableFuture<LeadDecision> requestLead(SimulatedCache candidate) {
    var decision = candidate.requestLead(QUERY, LONG);
    candidate.tasks.doAll();
    return decision;
  }

  private LeadDecision.Lead lead(SimulatedCache candidate) {
    return (LeadDecision.Lead) requestLead(candidate).resultNow();
  }

  /** Lets time pass, and the candidate look again whenever it wants to. */
  private static void pass(SimulatedCache candidate, Duration time) {
    for (var left = time; left.isPositive(); left = left.minus(LONGEST_PAUSE)) {
      candidate.time.advance(LONGEST_PAUSE);
      candidate.tasks.doAll();
    }
  }

  private int claims() {
    return Collections.frequency(store.calls(), "claim");
  }

  @Nested
  class Of_two_agents {
    @Test
    void one_waits_until_the_other_has_stored_what_it_read() {
      var lead = lead(agent);
      var waiting = requestLead(peer);
      assertThat(waiting).isNotDone();
      var entry = agent.read("v1");
      agent.share(QUERY, entry);
      lead.release();
      agent.tasks.doAll();
      pass(peer, LONGEST_PAUSE);
      assertThat(waiting).isCompletedWithValue(new LeadDecision.Supplied(entry));
    }

    @Test
    void one_that_claims_where_kms_refused_the_secret_to_the_other_drops_its_copy() {
      agent.share(QUERY, agent.read("v1"));
      assertThat(peer.foundShared(QUERY)).isPresent();
      agent.time.advance(Duration.ofSeconds(1));
      peer.time.advance(Duration.ofSeconds(1));
      agent.cache.evictAll(QUERY.name());
      agent.tasks.doAll();
      assertThat(peer.cache.find(QUERY)).isPresent();
      var _ = requestLead(peer);
      assertThat(peer.cache.find(QUERY)).isEmpty();
    }

    @Test
    void one_is_not_supplied_with_what_was_read_too_early() {
      var entry = agent.read("v1");
      agent.share(QUERY, entry);
      var decision = peer.cache.requestLead(QUERY, entry.readAt(), peer.time.instant().plus(LONG));
      peer.tasks.doAll();
      assertThat(decision).isCompletedWithValueMatching(LeadDecision.Lead.class::isInstance);
    }

    @Test
    void one_leads_once_the_other_gave_up() {
      var lead = lead(agent);
      var waiting = requestLead(peer);
      lead.release();
      agent.tasks.doAll();
      pass(peer, LONGEST_PAUSE);
      assertThat(waiting).isCompletedWithValueMatching(LeadDecision.Lead.class::isInstance);
    }

    @Test
    void one_leads_after_the_lease_although_the_other_never_comes_back() {
      lead(agent);
      var waiting = requestLead(peer);
      pass(peer, LEASE.minus(LONGEST_PAUSE));
      assertThat(waiting).isNotDone();
      pass(peer, LONGEST_PAUSE);
      assertThat(waiting).isCompletedWithValue(LeaseElection.ALONE);
    }

    @Test
    void one_leads_with_half_of_its_time_left_where_that_is_little() {
      lead(agent);
      var waiting = peer.requestLead(QUERY, Duration.ofSeconds(1));
      peer.tasks.doAll();
      peer.time.advance(Duration.ofMillis(499));
      assertThat(waiting).isNotDone();
      peer.time.advance(Duration.ofMillis(1));
      assertThat(waiting).isCompletedWithValue(LeaseElection.ALONE);
    }

    @Test
    void one_that_waits_asks_five_times_a_second_in_the_long_run() {
      lead(agent);
      assertThat(requestLead(peer)).isNotDone();
      pass(peer, Duration.ofSeconds(1));
      var before = claims();
      pass(peer, Duration.ofSeconds(1));
      assertThat(claims() - before).isEqualTo(5);
    }

    @Test
    void one_that_releases_twice_takes_nothing_from_the_other() {
      var lead = lead(agent);
      lead.release();
      agent.tasks.doAll();
      lead(peer);
      lead.release();
      agent.tasks.doAll();
      assertThat(requestLead(agent)).isNotDone();
    }
  }

  @Nested
  class Where_the_store_does_not_answer {
    @Test
    void the_agent_leads_after_the_time_of_a_lease() {
      var decision = agent.requestLead(QUERY, LONG);
      agent.time.advance(LEASE.minusNanos(1));
      assertThat(decision).isNotDone();
      agent.time.advance(Duration.ofNanos(1));
      assertThat(decision).isCompletedWithValue(LeaseElection.ALONE);
    }

    @Test
    void a_lease_that_is_granted_too_late_is_given_back() {
      var decision = agent.requestLead(QUERY, LONG);
      agent.time.advance(LEASE);
      agent.tasks.doAll();
      assertThat(decision).isCompletedWithValue(LeaseElection.ALONE);
      assertThat(requestLead(peer))
          .isCompletedWithValueMatching(LeadDecision.Lead.class::isInstance);
    }
  }

  @Nested
  class Where_the_store_fails {
    @Test
    void the_agent_leads_at_once() {
      store.fail(Cause.FULL);
      assertThat(requestLead(agent)).isCompletedWithValue(LeaseElection.ALONE);
    }

    @Test
    void who_was_waiting_leads_as_soon_as_it_finds_out() {
      lead(agent);
      var waiting = requestLead(peer);
      store.fail(Cause.UNREACHABLE);
      pass(peer, LONGEST_PAUSE);
      assertThat(waiting).isCompletedWithValue(LeaseElection.ALONE);
    }
  }

  @Nested
  class Where_the_store_has_a_bug {
    @Test
    void the_agent_leads_at_once_and_gives_back_the_lease_that_it_may_have() {
      store.meanwhile(
          () -> {
            throw new IllegalStateException("a bug");
          });
      assertThat(requestLead(agent)).isCompletedWithValue(LeaseElection.ALONE);
      assertThat(requestLead(peer))
          .isCompletedWithValueMatching(LeadDecision.Lead.class::isInstance);
    }
  }

  @Nested
  class Afterwards {
    @Test
    void no_timer_waits() {
      lead(agent).release();
      agent.tasks.doAll();
      assertThat(agent.time.waiting()).isZero();
    }

    @Test
    void no_timer_waits_although_nobody_supplied_anything() {
      lead(agent);
      assertThat(requestLead(peer)).isNotDone();
      pass(peer, LEASE);
      assertThat(peer.time.waiting()).isZero();
    }
  }
}
