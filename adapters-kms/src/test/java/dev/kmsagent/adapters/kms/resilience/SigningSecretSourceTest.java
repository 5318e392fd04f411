package dev.kmsagent.adapters.kms.resilience;

import static dev.kmsagent.adapters.kms.resilience.TestCalls.IDENTITY_REFUSED;
import static dev.kmsagent.adapters.kms.resilience.TestCalls.KEY;
import static dev.kmsagent.testkit.SecretSourceContract.AMPLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.credentials.CredentialsProvider;
import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Outcome;
import dev.kmsagent.adapters.kms.credentials.SigningKey;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.out.SecretSource;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

final class SigningSecretSourceTest {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final Unavailable DOWN = TestCalls.failed(Unavailable.Cause.CREDENTIALS);

  private static final SigningKey NEW_KEY = SigningKey.longLived("ak2", "sk2");

  private final VirtualTime time = new VirtualTime();
  private final FakeSecretSource kms = new FakeSecretSource(time);
  private final Renewable credentials = new Renewable();
  private final List<SigningKey> signedWith = new CopyOnWriteArrayList<>();
  private final SecretSource source =
      new SigningSecretSource(this::call, credentials, time.timing());

  @Test
  void a_call_waits_for_its_key_and_is_made_again_with_another_where_that_is_refused() {
    kms.hold("app/db", "v1", "hunter2");
    kms.failWith(IDENTITY_REFUSED);
    var coming = new CompletableFuture<Outcome>();
    var another = new CompletableFuture<Outcome>();
    credentials.key = coming;
    credentials.another = another;
    var fetching = begin();
    assertThat(fetching).isNotDone();
    assertThat(kms.calls()).isEmpty();
    coming.complete(new Outcome.Obtained(KEY));
    assertThat(fetching).isNotDone();
    kms.heal();
    another.complete(new Outcome.Obtained(NEW_KEY));
    assertThat(fetching.resultNow()).isInstanceOf(Fetched.class);
  }

  @Test
  void it_is_renewed_once_and_no_more_and_the_repetition_is_signed_with_the_new_key() {
    kms.failWith(IDENTITY_REFUSED);
    assertThat(fetch()).isEqualTo(IDENTITY_REFUSED);
    assertThat(credentials.refused).containsExactly(KEY);
    assertThat(signedWith).containsExactly(KEY, NEW_KEY);
  }

  @Test
  void credentials_that_cannot_be_renewed_are_not_tried_twice() {
    kms.failWith(IDENTITY_REFUSED);
    credentials.another = credentials.key;
    assertThat(fetch()).isEqualTo(IDENTITY_REFUSED);
    assertThat(kms.calls()).hasSize(1);
  }

  /** So that an outage of STS is one, and what is cached can be served stale. */
  @Test
  void what_keeps_them_from_being_renewed_is_passed_on() {
    kms.failWith(IDENTITY_REFUSED);
    credentials.another = CompletableFuture.completedStage(new Outcome.Missing(DOWN));
    assertThat(fetch()).isEqualTo(DOWN);
    assertThat(kms.calls()).hasSize(1);
  }

  @Test
  void no_other_outcome_renews_anything() {
    kms.failWith(Secrets.denied());
    fetch();
    kms.failWith(Secrets.unreachable());
    fetch();
    assertThat(credentials.refused).isEmpty();
  }

  @Test
  void without_a_key_kms_is_not_called() {
    credentials.key = CompletableFuture.completedStage(new Outcome.Missing(DOWN));
    assertThat(fetch()).isEqualTo(DOWN);
    assertThat(kms.calls()).isEmpty();
  }

  @Test
  void neither_the_key_nor_another_is_waited_for_beyond_the_deadline() {
    kms.failWith(IDENTITY_REFUSED);
    var key = credentials.key;
    credentials.key = new CompletableFuture<>();
    var first = begin();
    credentials.key = key;
    credentials.another = new CompletableFuture<>();
    var second = begin();
    time.advance(AMPLE.minusNanos(1));
    assertThat(first).isNotDone();
    assertThat(second).isNotDone();
    time.advance(Duration.ofNanos(1));
    assertThat(List.of(first.resultNow(), second.resultNow())).containsOnly(BoundedCalls.TOO_LATE);
  }

  private CompletionStage<FetchOutcome> call(
      SecretQuery query, SigningKey signingKey, Instant deadline) {
    signedWith.add(signingKey);
    return kms.fetch(query, deadline);
  }

  private CompletableFuture<FetchOutcome> begin() {
    return source.fetch(QUERY, time.instant().plus(AMPLE)).toCompletableFuture();
  }

  private FetchOutcome fetch() {
    return begin().resultNow();
  }

  /** A key, and another where it is refused. */
  static final class Renewable implements CredentialsProvider {
    private final List<SigningKey> refused = new ArrayList<>();
    private CompletionStage<Outcome> key =
        CompletableFuture.completedStage(new Outcome.Obtained(KEY));
    CompletionStage<Outcome> another =
        CompletableFuture.completedStage(new Outcome.Obtained(NEW_KEY));

    @Override
    public CompletionStage<Outcome> obtain() {
      return key;
    }

    @Override
    public CompletionStage<Outcome> refresh(SigningKey refusedKey) {
      refused.add(refusedKey);
      return another;
    }

    @Override
    public Optional<Principal> principal() {
      return Optional.empty();
    }

    @Override
    public void close() {}
  }
}
