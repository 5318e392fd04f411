package dev.kmsagent.adapters.cache.crypto;

/**
 * Where an entry lies, by names that disclose nothing: all entries of a secret in one hash, each in
 * a field. The right to read a secret from KMS has a name of its own.
 *
 * @param lease falls into the same part of a cluster as {@code hash}
 */
public record EntryKey(String hash, String field, String lease) {
  /** The field with the word that KMS refused the secret as a whole. */
  public static final String GONE = "gone";

  /** The place of that word beside this one. */
  public EntryKey gone() {
    return new EntryKey(hash, GONE, lease);
  }
}
