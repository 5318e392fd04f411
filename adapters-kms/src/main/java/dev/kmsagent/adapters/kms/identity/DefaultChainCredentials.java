package dev.kmsagent.adapters.kms.identity;

import com.aliyun.credentials.models.CredentialModel;
import com.aliyun.credentials.provider.AlibabaCloudCredentialsProvider;
import com.aliyun.credentials.provider.DefaultCredentialsProvider;

/**
 * The standard chain of credentials-java: environment, OIDC role, profiles, role of the instance,
 * URI; the first that works is kept. {@code CredentialType = "Default"}. It renews temporary keys
 * by their age alone and cannot be told to.
 */
public final class DefaultChainCredentials implements CredentialSource {
  private final AlibabaCloudCredentialsProvider chain;

  DefaultChainCredentials(AlibabaCloudCredentialsProvider chain) {
    this.chain = chain;
  }

  /** The chain as the environment of this process has it. */
  public static DefaultChainCredentials ofEnvironment() {
    return new DefaultChainCredentials(new DefaultCredentialsProvider());
  }

  @Override
  public Outcome obtain() {
    try {
      return new Outcome.Obtained(signingKey(chain.getCredentials()));
    } catch (RuntimeException failure) {
      return new Outcome.Missing(CredentialFailure.reason(failure));
    }
  }

  private static SigningKey signingKey(CredentialModel model) {
    var token = model.getSecurityToken();
    return token == null || token.isEmpty()
        ? SigningKey.longLived(model.getAccessKeyId(), model.getAccessKeySecret())
        : SigningKey.temporary(model.getAccessKeyId(), model.getAccessKeySecret(), token);
  }

  @Override
  public Renewal renew() {
    return Renewal.UNCHANGED;
  }

  /** The chain cannot be ended; its one thread is a daemon. */
  @Override
  public void close() {}
}
