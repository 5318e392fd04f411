package dev.kmsagent.domain;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Tells whether two answers hold the same version of a secret: a hash of its id and of when KMS
 * says that the secret was created, since one that is deleted and created anew begins with the same
 * id. It is equal in all agents, and tells nothing about the value.
 *
 * @param hash the first 64 bits of a SHA-256
 */
public record Revision(long hash) {
  /** The revision of this version of a secret. */
  static Revision of(VersionId version, String created) {
    var digest = Sha256.hex((version.value() + '\n' + created).getBytes(StandardCharsets.UTF_8));
    return new Revision(HexFormat.fromHexDigitsToLong(digest, 0, 16));
  }

  /** In 16 hexadecimal digits. */
  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(hash);
  }
}
