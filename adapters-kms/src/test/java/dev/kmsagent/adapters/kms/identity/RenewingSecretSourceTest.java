package dev.kmsagent.adapters.kms.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.Fetched;
import dev.kmsagent.domain.IdentityRefused;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretSource;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualSecretSourceContract;
import dev.kmsagent.testkit.VirtualTime;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class RenewingSecretSourceTest implements VirtualSecretSourceContract {
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final IdentityRefused REFUSED =
      new IdentityRefused("InvalidSecurityToken.Expired", "A test said so.");

  private final VirtualTime time = new VirtualTime();
  private final FakeSecretSource kms = new FakeSecretSource(time);
  private final Renewable credentials = new Renewable();
  private final SecretSource source = new RenewingSecretSource(kms, credentials, Runnable::run);

  @Test
  void a_refused_identity_is_renewed_and_the_call_made_again() {
    kms.hold("app/db", "v1", "hunter2");
    kms.failWith(REFUSED);
    credentials.onRenewal = kms::heal;
    assertThat(fetch()).isInstanceOf(Fetched.class);
  }

  @Test
  void it_is_renewed_once_and_no_more() {
    kms.failWith(REFUSED);
    assertThat(fetch()).isEqualTo(REFUSED);
    assertThat(credentials.renewals).hasValue(1);
    assertThat(kms.calls()).hasSize(2);
  }

  @Test
  void credentials_that_cannot_be_renewed_are_not_tried_twice() {
    kms.failWith(REFUSED);
    credentials.result = CredentialSource.Renewal.UNCHANGED;
    assertThat(fetch()).isEqualTo(REFUSED);
    assertThat(kms.calls()).hasSize(1);
  }

  @Test
  void no_other_outcome_renews_anything() {
    kms.failWith(Secrets.denied());
    fetch();
    kms.failWith(Secrets.unreachable());
    fetch();
    assertThat(credentials.renewals).hasValue(0);
  }

  private FetchOutcome fetch() {
    return source.fetch(QUERY, time.instant().plus(AMPLE)).toCompletableFuture().resultNow();
  }

  /** Credentials that count how often they are renewed. */
  private static final class Renewable implements CredentialSource {
    private final AtomicInteger renewals = new AtomicInteger();
    private Runnable onRenewal = () -> {};
    private Renewal result = Renewal.RENEWED;

    @Override
    public Outcome obtain() {
      return new Outcome.Obtained(SigningKey.longLived("ak", "sk"));
    }

    @Override
    public Renewal renew() {
      renewals.incrementAndGet();
      onRenewal.run();
      return result;
    }

    @Override
    public void close() {}
  }

  @Override
  public SecretSource source() {
    return source;
  }

  @Override
  public FakeSecretSource kms() {
    return kms;
  }

  @Override
  public VirtualTime time() {
    return time;
  }
}
