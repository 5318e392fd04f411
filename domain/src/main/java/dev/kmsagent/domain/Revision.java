package dev.kmsagent.domain;

import java.util.HexFormat;

/**
 * Tells whether two answers hold the same version of a secret: a hash of its id and of when KMS
 * says that the secret was created, since one that is deleted and created anew begins with the same
 * id. It is equal in all agents, and tells nothing about the value.
 *
 * <p>Each read of a secret that is held whole makes it anew, so the hash is one that costs little.
 *
 * @param hash 64 bits of FNV-1a
 */
public record Revision(long hash) {
  private static final long BASIS = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  /** The revision of this version of a secret. */
  static Revision of(VersionId version, String created) {
    var text = version.value() + '\n' + created;
    long hash = BASIS;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * PRIME;
    }
    return new Revision(hash);
  }

  /** In 16 hexadecimal digits. */
  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(hash);
  }
}
