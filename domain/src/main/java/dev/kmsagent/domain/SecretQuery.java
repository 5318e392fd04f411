package dev.kmsagent.domain;

/** A secret and the version of it that is wanted: what a cache entry is filed under. */
public record SecretQuery(SecretName name, VersionSelector version) {
  /** Asks for the version in use. */
  public static SecretQuery current(SecretName name) {
    return new SecretQuery(name, VersionSelector.CURRENT);
  }

  /** Whether this asks for the version in use, and so speaks of the secret as a whole. */
  public boolean isForCurrent() {
    return version.equals(VersionSelector.CURRENT);
  }
}
