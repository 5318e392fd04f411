package dev.kmsagent.adapters.cache.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One encryption key of the shared cache. It seals with AES-256-GCM (NIST SP 800-38D) and a random
 * nonce, which is safe for some four billion entries, and hashes names with HMAC-SHA-256. HKDF (RFC
 * 5869) derives a key for each of the two. Thread-safe.
 */
public final class SealingKey {
  /** The length of a key in bytes. */
  public static final int LENGTH = 32;

  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;
  private static final int NAME = 16;

  private final SecretKey sealing;
  private final SecretKey naming;
  private final SecureRandom random;

  /**
   * @param material {@link #LENGTH} bytes
   */
  public SealingKey(byte[] material, SecureRandom random) {
    this.sealing = derive(material, "entries", "AES");
    this.naming = derive(material, "names", "HmacSHA256");
    this.random = random;
  }

  private static SecretKey derive(byte[] material, String purpose, String algorithm) {
    try {
      var derivation =
          HKDFParameterSpec.ofExtract()
              .addIKM(new SecretKeySpec(material, "Generic"))
              .thenExpand(("kms-agent " + purpose).getBytes(UTF_8), LENGTH);
      return KDF.getInstance("HKDF-SHA256").deriveKey(algorithm, derivation);
    } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** A name for {@code parts} that discloses nothing about them; other parts have another. */
  String name(List<String> parts) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(naming);
      for (var part : parts) {
        var bytes = part.getBytes(UTF_8);
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        mac.update(bytes);
      }
      var hash = Arrays.copyOf(mac.doFinal(), NAME);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** The nonce and the sealed text, which opens only with the same {@code context}. */
  public byte[] seal(byte[] text, byte[] context) {
    var nonce = new byte[NONCE];
    random.nextBytes(nonce);
    try {
      var cipher = cipher(Cipher.ENCRYPT_MODE, nonce, context);
      var sealed = Arrays.copyOf(nonce, NONCE + cipher.getOutputSize(text.length));
      cipher.doFinal(text, 0, text.length, sealed, NONCE);
      return sealed;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** The text that was sealed; empty if it was altered or cut, or key or context differ. */
  public Optional<byte[]> open(byte[] sealed, byte[] context) {
    if (sealed.length < NONCE + TAG_BITS / Byte.SIZE) {
      return Optional.empty();
    }
    try {
      var cipher = cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE), context);
      return Optional.of(cipher.doFinal(sealed, NONCE, sealed.length - NONCE));
    } catch (AEADBadTagException _) {
      return Optional.empty();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, byte[] context) throws GeneralSecurityException {
    var cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, sealing, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(context);
    return cipher;
  }
}
