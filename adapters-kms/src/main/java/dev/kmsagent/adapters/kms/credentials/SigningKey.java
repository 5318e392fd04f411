package dev.kmsagent.adapters.kms.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.aliyun.auth.credentials.Credential;
import com.aliyun.auth.credentials.ICredential;
import java.security.MessageDigest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An AccessKey, long-lived or temporary, in the form that the SDK signs with. It shows its id
 * alone: the SDK's own type prints the secret. Immutable.
 */
public final class SigningKey {
  private final Credential credential;

  private SigningKey(Credential credential) {
    this.credential = credential;
  }

  /**
   * A key without an end.
   *
   * @throws IllegalArgumentException when a part is missing; it quotes nothing
   */
  public static SigningKey longLived(@Nullable String id, @Nullable String secret) {
    return new SigningKey(parts(id, secret).build());
  }

  /**
   * A temporary key from STS, valid only with its security token.
   *
   * @throws IllegalArgumentException when a part is missing; it quotes nothing
   */
  public static SigningKey temporary(
      @Nullable String id, @Nullable String secret, @Nullable String securityToken) {
    return new SigningKey(parts(id, secret).securityToken(present(securityToken)).build());
  }

  private static Credential.Builder parts(@Nullable String id, @Nullable String secret) {
    return Credential.builder().accessKeyId(present(id)).accessKeySecret(present(secret));
  }

  private static String present(@Nullable String part) {
    if (part == null || part.isBlank()) {
      throw new IllegalArgumentException("a part of the key is missing");
    }
    return part;
  }

  /** Its id, which is nothing confidential. */
  public String id() {
    return credential.accessKeyId();
  }

  /** The key in clear, for the SDK to sign with and for nothing else. */
  public ICredential reveal() {
    return credential;
  }

  /** The same id with the same secret and the same token, compared in constant time. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SigningKey that && MessageDigest.isEqual(bytes(), that.bytes());
  }

  /** No part of a key has a line break. */
  private byte[] bytes() {
    var parts =
        credential.accessKeyId()
            + '\n'
            + credential.accessKeySecret()
            + '\n'
            + credential.securityToken();
    return parts.getBytes(UTF_8);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(credential.accessKeyId());
  }

  @Override
  public String toString() {
    return "SigningKey[" + id() + "]";
  }
}
