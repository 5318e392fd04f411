package dev.kmsagent.emulator.identity;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import org.jspecify.annotations.Nullable;

/** A key for ES256 (RFC 7518, 3.4), generated at its first use; safe for many threads. */
final class ProviderKey {
  static final String ALGORITHM = "ES256";
  private static final String JDK_NAME = "SHA256withECDSAinP1363Format";

  private @Nullable KeyPair pair;

  byte[] sign(byte[] message) {
    try {
      Signature signature = Signature.getInstance(JDK_NAME);
      signature.initSign(pair().getPrivate());
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK signs with P-256", e);
    }
  }

  /** Whether the signature is by this key. */
  boolean verifies(byte[] signature, byte[] message) {
    try {
      Signature verifier = Signature.getInstance(JDK_NAME);
      verifier.initVerify(pair().getPublic());
      verifier.update(message);
      return verifier.verify(signature);
    } catch (GeneralSecurityException _) {
      return false;
    }
  }

  private synchronized KeyPair pair() throws GeneralSecurityException {
    KeyPair made = pair;
    if (made == null) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      made = generator.generateKeyPair();
      pair = made;
    }
    return made;
  }
}
