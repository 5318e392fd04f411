package dev.kmsagent.adapters.kms.pods;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.util.Base64URL;
import dev.kmsagent.domain.Sha256;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A verifier of one key that remembers which tokens it verified, by the SHA-256 of all three parts:
 * a pod connects again and again with the same one. What a token says is judged at each use, and
 * the memory ends with the key. Thread-safe.
 */
final class RememberingVerifier {
  /** Several times what the 110 pods of a node present before the keys are fetched again. */
  static final int MOST = 1000;

  private final JWSVerifier verifier;
  private final Set<String> verified =
      Collections.newSetFromMap(Collections.synchronizedMap(new Latest()));

  /** Forgets the token that was verified first. */
  private static final class Latest extends LinkedHashMap<String, Boolean> {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
      return size() > MOST;
    }
  }

  RememberingVerifier(JWSVerifier verifier) {
    this.verifier = verifier;
  }

  /** Whether the signature is one of this text by the key. */
  boolean verify(JWSHeader header, byte[] signingInput, Base64URL signature) throws JOSEException {
    var token = new String(signingInput, ISO_8859_1) + '.' + signature;
    if (hasVerified(token)) {
      return true;
    }
    var isGood = verifier.verify(header, signingInput, signature);
    if (isGood) {
      verified.add(digest(token));
    }
    return isGood;
  }

  /** Whether it has verified a token, which is given as a whole. */
  boolean hasVerified(String token) {
    return verified.contains(digest(token));
  }

  private static String digest(String token) {
    return Sha256.hex(token.getBytes(ISO_8859_1));
  }
}
