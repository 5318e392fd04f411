package dev.kmsagent.adapters.cache.seal;

/**
 * Where an entry lies, by names that disclose nothing: all entries of a secret in one hash, each in
 * a field. The right to read a secret from KMS has a name of its own.
 *
 * @param lease falls into the same part of a cluster as {@code hash}
 */
public record Slot(String hash, String field, String lease) {
  /** The field with the word that KMS refused the secret as a whole. */
  public static final String GONE = "gone";

  /** The place of that word beside this one. */
  public Slot gone() {
    return new Slot(hash, GONE, lease);
  }
}
