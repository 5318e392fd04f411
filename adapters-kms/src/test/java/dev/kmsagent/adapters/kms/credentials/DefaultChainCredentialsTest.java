package dev.kmsagent.adapters.kms.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.aliyun.credentials.exception.CredentialException;
import com.aliyun.credentials.models.CredentialModel;
import com.aliyun.credentials.provider.AlibabaCloudCredentialsProvider;
import com.aliyun.credentials.provider.StaticCredentialsProvider;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class DefaultChainCredentialsTest {
  private static final Instant END = Instant.parse("2026-01-01T01:00:00Z");

  @Test
  void a_key_without_an_end_lasts() {
    assertThat(issue(CredentialModel.builder().accessKeyId("ak").accessKeySecret("sk")))
        .isEqualTo(
            new Issue.Issued(SigningKey.longLived("ak", "sk"), Instant.MAX, Optional.empty()));
  }

  @Test
  void a_temporary_key_comes_with_its_token_and_its_end() {
    var model =
        CredentialModel.builder()
            .accessKeyId("ak")
            .accessKeySecret("sk")
            .securityToken("token")
            .expiration(END.toEpochMilli());
    assertThat(issue(model))
        .isEqualTo(
            new Issue.Issued(SigningKey.temporary("ak", "sk", "token"), END, Optional.empty()));
  }

  @Test
  void a_chain_without_a_key_says_why() {
    var failure =
        new CredentialException(
            "Unable to load credentials from any of the providers in the chain: []");
    assertThat(new DefaultChainCredentials.Issuer(() -> new Failing(failure)).issue())
        .asInstanceOf(type(Issue.NotIssued.class))
        .extracting(Issue.NotIssued::reason)
        .isInstanceOf(IdentityRefused.class);
  }

  @Test
  void the_chain_is_built_once_when_it_is_first_asked() {
    var built = new AtomicInteger();
    var issuer =
        new DefaultChainCredentials.Issuer(
            () -> {
              built.incrementAndGet();
              return new Failing(new CredentialException(""));
            });
    assertThat(built).hasValue(0);
    issuer.issue();
    issuer.issue();
    assertThat(built).hasValue(1);
  }

  private static Issue issue(CredentialModel.Builder model) {
    var provider = StaticCredentialsProvider.builder().credential(model.build()).build();
    return new DefaultChainCredentials.Issuer(() -> provider).issue();
  }

  private record Failing(CredentialException failure) implements AlibabaCloudCredentialsProvider {
    @Override
    public CredentialModel getCredentials() {
      throw failure;
    }

    @Override
    public String getProviderName() {
      return "failing";
    }

    @Override
    public void close() {}
  }
}
