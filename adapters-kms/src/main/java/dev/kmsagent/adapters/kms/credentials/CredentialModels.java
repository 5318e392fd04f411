package dev.kmsagent.adapters.kms.credentials;

import com.aliyun.credentials.models.CredentialModel;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer.KeyOwner;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Converts the keys of credentials-java. */
final class CredentialModels {
  private CredentialModels() {}

  /**
   * A key of any kind, without an owner.
   *
   * @throws IllegalArgumentException when a part of it is missing; it quotes nothing
   */
  static Issue.Issued any(CredentialModel model) {
    var token = model.getSecurityToken();
    return token == null || token.isEmpty()
        ? lasting(model)
        : new Issue.Issued(key(model), end(model), new KeyOwner.Unnamed());
  }

  /**
   * A key that must be temporary.
   *
   * @throws IllegalArgumentException when a part of it is missing; it quotes nothing
   */
  static Issue.Issued temporary(CredentialModel model, KeyOwner owner) {
    return new Issue.Issued(key(model), Instant.ofEpochMilli(model.getExpiration()), owner);
  }

  private static Issue.Issued lasting(CredentialModel model) {
    var id = required(model.getAccessKeyId());
    var secret = required(model.getAccessKeySecret());
    return new Issue.Issued(SigningKey.longLived(id, secret), Instant.MAX, new KeyOwner.Unnamed());
  }

  private static SigningKey key(CredentialModel model) {
    return SigningKey.temporary(
        required(model.getAccessKeyId()),
        required(model.getAccessKeySecret()),
        required(model.getSecurityToken()));
  }

  private static String required(@Nullable String part) {
    if (part == null || part.isBlank()) {
      throw new IllegalArgumentException("a part of the key is missing");
    }
    return part;
  }

  /** credentials-java calls the end of a key 0 where it does not know it. */
  private static Instant end(CredentialModel model) {
    var end = model.getExpiration();
    return end > 0 ? Instant.ofEpochMilli(end) : Instant.MAX;
  }
}
