package dev.kmsagent.adapters.kms.identity;

import com.aliyun.auth.credentials.Credential;
import com.aliyun.auth.credentials.ICredential;

/**
 * An AccessKey, long-lived or temporary, in the form that the SDK signs with. It shows its id
 * alone: the SDK's own type prints the secret. Immutable.
 */
public final class SigningKey {
  private final Credential credential;

  private SigningKey(Credential credential) {
    this.credential = credential;
  }

  /** A key without an end. */
  public static SigningKey longLived(String id, String secret) {
    return new SigningKey(Credential.builder().accessKeyId(id).accessKeySecret(secret).build());
  }

  /** A key from STS, good together with its security token alone. */
  public static SigningKey temporary(String id, String secret, String securityToken) {
    return new SigningKey(
        Credential.builder()
            .accessKeyId(id)
            .accessKeySecret(secret)
            .securityToken(securityToken)
            .build());
  }

  /** The key in clear, for the SDK to sign with and for nothing else. */
  public ICredential reveal() {
    return credential;
  }

  @Override
  public String toString() {
    return "SigningKey[" + credential.accessKeyId() + "]";
  }
}
