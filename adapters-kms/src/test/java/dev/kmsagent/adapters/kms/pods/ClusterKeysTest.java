package dev.kmsagent.adapters.kms.pods;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.pods.JwksSource.Fetched;
import dev.kmsagent.domain.event.CallerEvent.ClusterKeysObtained;
import dev.kmsagent.domain.event.CallerEvent.ClusterKeysRestored;
import dev.kmsagent.domain.event.CallerEvent.ClusterKeysUnavailable;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict.Rejected;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict.Unverifiable;
import dev.kmsagent.testkit.FakeDurableRecords;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The keys on virtual time, of a cluster that publishes what a test tells it. */
final class ClusterKeysTest {
  private static final Fetched ONE = Cluster.published(Cluster.RSA);
  private static final Fetched TWO = Cluster.published(Cluster.RSA, Cluster.EC);
  private static final Fetched DOWN = new Fetched.Failed("The cluster is down.");

  /** Stands for a token whose key was found. */
  private static final TokenVerdict FOUND = new Rejected("The key was found.");

  private final VirtualTime time = new VirtualTime();
  private final RecordingEvents events = new RecordingEvents();
  private final FakeDurableRecords records = new FakeDurableRecords(time, Duration.ofHours(2));
  private final Deque<Runnable> begun = new ArrayDeque<>();
  private Fetched published = ONE;
  private boolean broken;
  private int fetches;
  private ClusterKeys keys = keys(Runnable::run, 0.5);

  private ClusterKeys keys(Executor executor, double chance) {
    return new ClusterKeys(this::fetch, executor, time.timing(() -> chance), events, records);
  }

  private Fetched fetch() {
    fetches++;
    if (broken) {
      throw new IllegalStateException("A test breaks the library.");
    }
    return published;
  }

  private CompletableFuture<TokenVerdict> begin(String id) {
    return keys.verify(id, _ -> FOUND).toCompletableFuture();
  }

  private TokenVerdict verify(String id) {
    return begin(id).join();
  }

  @Nested
  final class AKey {
    @Test
    void that_is_unknown_waits_for_the_fetch_under_way_with_all_others() {
      keys = keys(begun::add, 0.5);
      keys.start();
      keys.start();
      time.advance(Duration.ofHours(1));
      var known = begin("rsa-1");
      var unknown = begin("rsa-2");
      assertThat(known).isNotDone();
      assertThat(begun).hasSize(1);
      begun.remove().run();
      assertThat(known).isCompletedWithValue(FOUND);
      assertThat(unknown.join()).isInstanceOf(Rejected.class).isNotEqualTo(FOUND);
      published = TWO;
      var first = begin("ec-1");
      var second = begin("ec-1");
      assertThat(begun).hasSize(1);
      begun.remove().run();
      assertThat(List.of(first.join(), second.join())).containsOnly(FOUND);
    }

    @Test
    void that_was_rotated_in_is_found_when_a_token_names_it() {
      keys.start();
      published = TWO;
      assertThat(verify("ec-1")).isEqualTo(FOUND);
      assertThat(verify("rsa-1")).isEqualTo(FOUND);
      assertThat(fetches).isEqualTo(2);
      assertThat(events.all())
          .containsExactly(new ClusterKeysObtained(1), new ClusterKeysObtained(2));
    }

    @Test
    void that_was_rotated_out_is_found_no_more_after_the_next_refresh() {
      published = TWO;
      keys.start();
      published = ONE;
      assertThat(verify("ec-1")).isEqualTo(FOUND);
      time.advance(Duration.ofMinutes(7));
      assertThat(verify("ec-1")).isNotEqualTo(FOUND);
    }
  }

  @Nested
  final class AStormOfUnknownKeys {
    @Test
    void has_two_fetches_in_half_a_minute_for_as_long_as_it_lasts() {
      keys.start();
      for (int second = 0; second < 300; second++) {
        var isFetched = second % 30 == 0;
        for (var id : List.of("a-", "b-", "c-")) {
          assertThat(verify(id + second) instanceof Rejected)
              .isEqualTo(isFetched && !id.equals("c-"));
        }
        time.advance(Duration.ofSeconds(1));
      }
      assertThat(fetches).isEqualTo(1 + 2 * 10);
    }

    @Test
    void delays_a_new_key_by_half_a_minute_without_rejecting_it_and_a_known_one_not_at_all() {
      keys.start();
      assertThat(verify("a")).isInstanceOf(Rejected.class);
      assertThat(verify("b")).isInstanceOf(Rejected.class);
      published = TWO;
      assertThat(verify("ec-1")).isInstanceOf(Unverifiable.class);
      assertThat(verify("rsa-1")).isEqualTo(FOUND);
      time.advance(Duration.ofSeconds(30));
      assertThat(verify("ec-1")).isEqualTo(FOUND);
    }

    @Test
    void is_no_reason_to_reject_a_token_while_the_cluster_cannot_be_asked() {
      keys.start();
      published = DOWN;
      for (int i = 0; i < 10; i++) {
        assertThat(verify("ec-1")).isEqualTo(new Unverifiable("The cluster is down."));
      }
      assertThat(fetches).isEqualTo(1 + 2);
    }
  }

  @ParameterizedTest
  @CsvSource({"0.0, 239", "0.5, 311", "0.99, 382"})
  void the_refresh_comes_after_a_random_time(double chance, int seconds) {
    keys = keys(Runnable::run, chance);
    keys.start();
    time.advance(Duration.ofSeconds(seconds));
    assertThat(fetches).isEqualTo(1);
    time.advance(Duration.ofSeconds(1));
    assertThat(fetches).isEqualTo(2);
  }

  @Nested
  final class ACluster {
    @Test
    void that_is_down_for_hours_takes_no_key_away() {
      keys.start();
      published = DOWN;
      time.advance(Duration.ofHours(3));
      assertThat(verify("rsa-1")).isEqualTo(FOUND);
      assertThat(events.of(ClusterKeysUnavailable.class))
          .contains(new ClusterKeysUnavailable("The cluster is down."));
      assertThat(fetches).isBetween(180, 270);
    }

    @Test
    void that_is_back_is_noticed_within_a_minute_and_told() {
      published = DOWN;
      keys.start();
      time.advance(Duration.ofHours(3));
      assertThat(verify("rsa-1")).isInstanceOf(Unverifiable.class);
      published = ONE;
      time.advance(Duration.ofMinutes(1));
      assertThat(begin("rsa-1")).isCompletedWithValue(FOUND);
      assertThat(events.all()).endsWith(new ClusterKeysObtained(1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void that_is_down_or_breaks_a_library_at_the_start_is_asked_again_within_seconds(
        boolean breaks) {
      published = DOWN;
      broken = breaks;
      keys.start();
      assertThat(verify("rsa-1")).isInstanceOf(Unverifiable.class);
      published = ONE;
      broken = false;
      time.advance(Duration.ofSeconds(1));
      assertThat(verify("rsa-1")).isEqualTo(FOUND);
    }
  }

  @Nested
  final class AfterARestart {
    @BeforeEach
    void fetchAndDie() {
      published = TWO;
      keys.start();
      keys.close();
      published = DOWN;
      time.advance(Duration.ofHours(1));
    }

    private void restart(Executor executor) {
      keys = keys(executor, 0.5);
      keys.start();
    }

    @Test
    void the_keys_from_before_verify_at_once_while_the_cluster_does_not_answer() {
      restart(begun::add);
      assertThat(begin("rsa-1")).isCompletedWithValue(FOUND);
      assertThat(begin("ec-1")).isCompletedWithValue(FOUND);
      assertThat(begun).hasSize(1);
      assertThat(events.of(ClusterKeysRestored.class)).containsExactly(new ClusterKeysRestored(2));
    }

    @Test
    void a_token_that_comes_before_they_are_read_waits_for_them_alone() {
      records.hang();
      restart(begun::add);
      var early = begin("rsa-1");
      var unknown = begin("other");
      assertThat(early).isNotDone();
      records.resume();
      assertThat(early).isCompletedWithValue(FOUND);
      assertThat(unknown).isNotDone();
      begun.remove().run();
      assertThat(unknown.join()).isInstanceOf(Unverifiable.class);
    }

    @Test
    void they_verify_to_the_end_of_their_record_and_not_for_longer() {
      restart(Runnable::run);
      time.advance(Duration.ofHours(1).minusMillis(1));
      assertThat(verify("rsa-1")).isEqualTo(FOUND);
      time.advance(Duration.ofMillis(1));
      assertThat(verify("rsa-1")).isInstanceOf(Unverifiable.class);
      restart(Runnable::run);
      assertThat(verify("rsa-1")).isInstanceOf(Unverifiable.class);
    }

    @Test
    void those_that_the_cluster_publishes_replace_them_and_their_record() {
      restart(Runnable::run);
      published = ONE;
      time.advance(Duration.ofMinutes(1));
      assertThat(verify("ec-1")).isInstanceOf(Rejected.class).isNotEqualTo(FOUND);
      published = DOWN;
      time.advance(Duration.ofHours(5));
      assertThat(verify("rsa-1")).isEqualTo(FOUND);
      restart(Runnable::run);
      assertThat(verify("rsa-1")).isInstanceOf(Unverifiable.class);
    }

    @Test
    void those_that_the_cluster_publishes_count_more_than_a_record_that_is_read_late() {
      published = ONE;
      records.hang();
      restart(Runnable::run);
      records.resume();
      assertThat(verify("ec-1")).isInstanceOf(Rejected.class).isNotEqualTo(FOUND);
      assertThat(events.of(ClusterKeysRestored.class)).isEmpty();
    }
  }

  @Test
  void after_the_end_nothing_is_fetched() {
    keys.start();
    keys.close();
    keys.start();
    assertThat(verify("other")).isInstanceOf(Rejected.class);
    time.advance(Duration.ofHours(1));
    assertThat(fetches).isEqualTo(1);
    assertThat(time.waiting()).isZero();
  }

  @Test
  void a_fetch_that_ends_after_the_end_leaves_no_timer() {
    keys = keys(begun::add, 0.5);
    keys.start();
    keys.close();
    begun.remove().run();
    assertThat(time.waiting()).isZero();
  }

  @Test
  void before_the_start_an_unknown_key_is_asked_for() {
    assertThat(verify("rsa-1")).isEqualTo(FOUND);
  }
}
