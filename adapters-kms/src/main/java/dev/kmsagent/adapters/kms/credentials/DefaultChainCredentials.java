package dev.kmsagent.adapters.kms.credentials;

import com.aliyun.credentials.models.CredentialModel;
import com.aliyun.credentials.provider.AlibabaCloudCredentialsProvider;
import com.aliyun.credentials.provider.DefaultCredentialsProvider;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The default chain of credentials-java: environment, OIDC role, profiles, role of the instance,
 * URI; the first that works is kept. {@code CredentialType = "Default"}. It may return the same
 * temporary key until a quarter of an hour before its end. It calls STS itself, and trusts the
 * system's authorities for that.
 */
public final class DefaultChainCredentials implements CredentialType.Issued {
  @Override
  public String holder() {
    return "the identity that the default chain finds";
  }

  @Override
  public KeyIssuer issuer(CloudConnection connection) {
    SystemTrust.install();
    return new Issuer(DefaultCredentialsProvider::new);
  }

  static final class Issuer implements KeyIssuer {
    private final Supplier<AlibabaCloudCredentialsProvider> build;
    private volatile @Nullable AlibabaCloudCredentialsProvider chain;

    /** The chain is built when it is first asked. */
    Issuer(Supplier<AlibabaCloudCredentialsProvider> build) {
      this.build = build;
    }

    @Override
    public Issue issue() {
      try {
        return issued(chain().getCredentials());
      } catch (RuntimeException failure) {
        return new Issue.NotIssued(CredentialFailure.reason(failure));
      }
    }

    /** credentials-java calls the end of a key 0 where it does not know it. */
    private static Issue issued(CredentialModel model) {
      var id = model.getAccessKeyId();
      var secret = model.getAccessKeySecret();
      var token = model.getSecurityToken();
      if (token == null || token.isEmpty()) {
        return new Issue.Issued(SigningKey.longLived(id, secret), Instant.MAX, Optional.empty());
      }
      var temporary = SigningKey.temporary(id, secret, token);
      var end = model.getExpiration();
      return new Issue.Issued(
          temporary, end > 0 ? Instant.ofEpochMilli(end) : Instant.MAX, Optional.empty());
    }

    private AlibabaCloudCredentialsProvider chain() {
      if (chain == null) {
        chain = build.get();
      }
      return chain;
    }
  }
}
