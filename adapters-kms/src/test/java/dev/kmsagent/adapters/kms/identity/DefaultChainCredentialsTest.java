package dev.kmsagent.adapters.kms.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.aliyun.auth.credentials.ICredential;
import com.aliyun.credentials.exception.CredentialException;
import com.aliyun.credentials.models.CredentialModel;
import com.aliyun.credentials.provider.AlibabaCloudCredentialsProvider;
import com.aliyun.credentials.provider.StaticCredentialsProvider;
import dev.kmsagent.adapters.kms.identity.CredentialSource.Outcome;
import dev.kmsagent.adapters.kms.identity.CredentialSource.Renewal;
import dev.kmsagent.domain.IdentityRefused;
import org.junit.jupiter.api.Test;

final class DefaultChainCredentialsTest {
  @Test
  void a_lasting_key_is_given_as_it_is() {
    var given = obtained(CredentialModel.builder().accessKeyId("ak").accessKeySecret("sk"));
    assertThat(given.accessKeyId()).isEqualTo("ak");
    assertThat(given.accessKeySecret()).isEqualTo("sk");
    assertThat(given.securityToken()).isNull();
  }

  @Test
  void a_temporary_key_comes_with_its_token() {
    var given =
        obtained(
            CredentialModel.builder()
                .accessKeyId("ak")
                .accessKeySecret("sk")
                .securityToken("token"));
    assertThat(given.securityToken()).isEqualTo("token");
  }

  @Test
  void a_chain_without_a_key_says_why() {
    var chain =
        new DefaultChainCredentials(
            new Failing(
                new CredentialException(
                    "Unable to load credentials from any of the providers in the chain: []")));
    assertThat(chain.obtain())
        .asInstanceOf(type(Outcome.Missing.class))
        .extracting(Outcome.Missing::reason)
        .isInstanceOf(IdentityRefused.class);
  }

  @Test
  void it_cannot_be_renewed() {
    var chain = new DefaultChainCredentials(new Failing(new CredentialException("")));
    assertThat(chain.renew()).isEqualTo(Renewal.UNCHANGED);
  }

  private static ICredential obtained(CredentialModel.Builder model) {
    var provider = StaticCredentialsProvider.builder().credential(model.build()).build();
    return assertThat(new DefaultChainCredentials(provider).obtain())
        .asInstanceOf(type(Outcome.Obtained.class))
        .actual()
        .signingKey()
        .reveal();
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
