package dev.kmsagent.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.DatedVersion;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.FetchOutcome.Listed;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionListing;
import dev.kmsagent.domain.VersionSelector;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NumberedVersionsTest {
  private static final SecretName DB = new SecretName("db");
  private static final SecretQuery ALL = new SecretQuery(DB, new VersionSelector.All());
  private static final Duration TTL = Duration.ofMinutes(5);
  private static final Duration MAX_STALE = Duration.ofHours(1);

  private final VirtualTime time = new VirtualTime();
  private final FakeSecretSource kms = new FakeSecretSource(time);
  private final NumberedVersions versions =
      new NumberedVersions(
          kms,
          new TimeSources(time, time, () -> 0),
          new RetrievalSettings(
              new FreshnessPolicy(TTL, 0, 0.8, MAX_STALE, Duration.ofSeconds(5)),
              Duration.ofSeconds(10),
              Duration.ofMillis(500),
              100));

  @AfterEach
  void no_timer_is_left() {
    assertThat(time.waiting()).isZero();
  }

  private static Listed of(String... ids) {
    return new Listed(
        Stream.of(ids).map(id -> new DatedVersion(new VersionId(id), Instant.EPOCH)).toList());
  }

  private CompletableFuture<VersionListing> ask() {
    return versions.list(DB, new VersionId("x")).toCompletableFuture();
  }

  private static List<String> ids(VersionListing listing) {
    return listing.versions().stream().map(it -> it.version().id().value()).toList();
  }

  private void assertListed(String... ids) {
    var listing = ask().join();
    assertThat(listing).isInstanceOf(VersionListing.Listed.class);
    assertThat(ids(listing)).containsExactly(ids);
  }

  private void assertFailed(NoSecret reason) {
    assertThat(ask().join())
        .isInstanceOfSatisfying(
            VersionListing.Failed.class,
            failed -> {
              assertThat(failed.reason()).isEqualTo(reason);
              assertThat(ids(failed)).containsExactly("x");
            });
  }

  @Test
  void a_list_is_called_for_once_in_its_ttl() {
    kms.answer(ALL, of("w", "x"));
    assertListed("w", "x");
    time.advance(TTL.minusMillis(1));
    assertListed("w", "x");
    assertThat(kms.callCount()).isEqualTo(1);
    time.advance(Duration.ofMillis(1));
    kms.answer(ALL, of("x", "y"));
    assertListed("w", "x", "y");
    assertThat(kms.calls()).containsExactly(ALL, ALL);
  }

  @Test
  void all_who_ask_at_the_same_time_share_a_call() {
    kms.latency(Duration.ofSeconds(1));
    kms.answer(ALL, of("x"));
    var asked = Stream.generate(this::ask).limit(100).toList();
    time.advance(Duration.ofSeconds(1));
    assertThat(asked).allMatch(it -> it.join() instanceof VersionListing.Listed);
    assertThat(kms.callCount()).isEqualTo(1);
  }

  @Test
  void a_call_ends_by_the_deadline_of_a_request() {
    kms.latency(Duration.ofMinutes(1));
    var asked = ask();
    time.advance(Duration.ofSeconds(10));
    assertThat(asked.join()).isInstanceOf(VersionListing.Failed.class);
  }

  @Test
  void a_version_that_was_read_since_is_in_the_list() {
    kms.answer(ALL, of("x"));
    assertListed("x");
    assertThat(versions.number(Secrets.text("db", "y", "value"))).isEqualTo(2);
    assertListed("x", "y");
    assertThat(kms.callCount()).isEqualTo(1);
  }

  @Test
  void a_refusal_is_remembered_and_leaves_what_was_read() {
    kms.answer(ALL, Secrets.denied());
    var listing = ask().join();
    assertThat(listing).isInstanceOf(VersionListing.Denied.class);
    assertThat(ids(listing)).containsExactly("x");
    time.advance(Duration.ofSeconds(4));
    assertThat(ask().join()).isInstanceOf(VersionListing.Denied.class);
    assertThat(kms.callCount()).isEqualTo(1);
    time.advance(Duration.ofSeconds(1));
    kms.answer(ALL, of("x"));
    assertListed("x");
  }

  @Test
  void while_kms_is_unavailable_the_last_list_is_used_and_kms_asked_now_and_then() {
    kms.answer(ALL, of("x", "y"));
    assertListed("x", "y");
    time.advance(TTL);
    kms.failWith(Secrets.unreachable());
    for (int i = 0; i < 100; i++) {
      assertListed("x", "y");
    }
    assertThat(kms.callCount()).isEqualTo(2);
    time.advance(Duration.ofSeconds(5));
    assertListed("x", "y");
    assertThat(kms.callCount()).isEqualTo(3);
    time.advance(MAX_STALE);
    assertThat(ask().join()).isInstanceOf(VersionListing.Failed.class);
  }

  @Test
  void a_stale_list_is_not_waited_for_long() {
    kms.answer(ALL, of("x", "y"));
    assertListed("x", "y");
    time.advance(TTL);
    kms.latency(Duration.ofSeconds(3));
    var asked = ask();
    time.advance(Duration.ofMillis(500));
    assertThat(asked).isDone();
    assertThat(ids(asked.join())).containsExactly("x", "y");
    time.advance(Duration.ofSeconds(3));
  }

  @Test
  void without_a_list_a_failure_is_told_with_what_was_read() {
    kms.failWith(Secrets.unreachable());
    assertFailed(Secrets.unreachable());
    var refused = new IdentityRefused("InvalidAccessKeyId", "no such key");
    kms.failWith(refused);
    assertFailed(refused);
  }

  @Test
  void a_bug_of_the_source_reaches_who_asked_and_nobody_after() {
    kms.answer(ALL, new Fetched(Secrets.text("db", "x", "v")));
    assertThat(ask()).isCompletedExceptionally();
    kms.answer(ALL, of("x"));
    assertListed("x");
  }
}
