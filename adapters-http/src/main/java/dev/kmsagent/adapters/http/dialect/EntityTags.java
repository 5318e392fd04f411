package dev.kmsagent.adapters.http.dialect;

import dev.kmsagent.domain.Representation;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes strong entity tags (RFC 9110 8.8.3): a keyed hash of the body, so that a tag changes with
 * every byte of it and tells nothing about any. Thread-safe.
 */
public final class EntityTags {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int KEY_BYTES = 32;

  private final SecretKeySpec key;

  /** Draws the key: tags of one instance mean nothing to another. */
  public EntityTags(RandomGenerator random) {
    var bytes = new byte[KEY_BYTES];
    random.nextBytes(bytes);
    key = new SecretKeySpec(bytes, ALGORITHM);
  }

  /** {@code body} with its tag. */
  Representation tagged(byte[] body) {
    return new Representation(body, '"' + hash(body) + '"');
  }

  private String hash(byte[] body) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal(body));
    } catch (NoSuchAlgorithmException | InvalidKeyException broken) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, broken);
    }
  }
}
