package dev.kmsagent.adapters.http.dialect;

import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.port.SecretRenderer;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Renders secrets in a dialect, each with a strong entity tag (RFC 9110 8.8.3): a keyed hash of the
 * body, so that a tag changes with every byte of the body and discloses none. Thread-safe.
 */
public final class DialectRenderer implements SecretRenderer {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int KEY_BYTES = 32;

  private final Dialect dialect;
  private final @Nullable Dialect alternative;
  private final SecretKeySpec key;

  /**
   * Draws the key of the tags: two renderers give the same body different tags.
   *
   * @param alternative a second dialect, for the alternative of each representation
   */
  public DialectRenderer(Dialect dialect, Optional<Dialect> alternative, RandomGenerator random) {
    this.dialect = dialect;
    this.alternative = alternative.orElse(null);
    var bytes = new byte[KEY_BYTES];
    random.nextBytes(bytes);
    key = new SecretKeySpec(bytes, ALGORITHM);
  }

  @Override
  public Representation render(Secret secret) {
    var own = render(secret, dialect);
    return alternative == null ? own : own.or(render(secret, alternative));
  }

  private Representation render(Secret secret, Dialect wanted) {
    var body = wanted.secret(secret);
    return new Representation(body, entityTag(body));
  }

  String entityTag(byte[] body) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal(body)) + '"';
    } catch (NoSuchAlgorithmException | InvalidKeyException broken) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, broken);
    }
  }
}
