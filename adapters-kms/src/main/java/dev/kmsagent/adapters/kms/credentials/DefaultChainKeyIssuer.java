package dev.kmsagent.adapters.kms.credentials;

import com.aliyun.credentials.provider.AlibabaCloudCredentialsProvider;
import com.aliyun.credentials.provider.DefaultCredentialsProvider;
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
      return CredentialModels.any(chain().getCredentials());
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
}
