package dev.kmsagent.adapters.kms.identity;

import com.aliyun.credentials.models.CredentialModel;
import com.aliyun.credentials.provider.AlibabaCloudCredentialsProvider;
import com.aliyun.credentials.provider.DefaultCredentialsProvider;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The standard chain of credentials-java: environment, OIDC role, profiles, role of the instance,
 * URI; the first that works is kept. {@code CredentialType = "Default"}. It may hand the same
 * temporary key out until a quarter of an hour before its end.
 */
public final class DefaultChainKeyIssuer implements KeyIssuer {
  private final Supplier<AlibabaCloudCredentialsProvider> build;
  private volatile @Nullable AlibabaCloudCredentialsProvider chain;

  /** The chain as the environment of this process has it, built when it is first asked. */
  public DefaultChainKeyIssuer() {
    this(DefaultCredentialsProvider::new);
  }

  DefaultChainKeyIssuer(Supplier<AlibabaCloudCredentialsProvider> build) {
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

  private AlibabaCloudCredentialsProvider chain() {
    var built = chain;
    if (built == null) {
      built = build.get();
      chain = built;
    }
    return built;
  }

  private static Issue issued(CredentialModel model) {
    return new Issue.Issued(signingKey(model), end(model));
  }

  private static SigningKey signingKey(CredentialModel model) {
    var token = model.getSecurityToken();
    return token == null || token.isEmpty()
        ? SigningKey.longLived(model.getAccessKeyId(), model.getAccessKeySecret())
        : SigningKey.temporary(model.getAccessKeyId(), model.getAccessKeySecret(), token);
  }

  /** credentials-java calls the end of a key that it takes for lasting 0. */
  private static Instant end(CredentialModel model) {
    var end = model.getExpiration();
    return end > 0 ? Instant.ofEpochMilli(end) : Instant.MAX;
  }
}
