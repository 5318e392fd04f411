package dev.kmsagent.adapters.cache.crypto;

/**
 * The key of an entry in the store, made of names that disclose nothing: a secret has one hash, and
 * each of its entries a field in it.
 *
 * @param lease the name of the lease to read the entry from KMS, in the same slot of a cluster as
 *     {@code hash}; it ends with the field
 */
public record EntryKey(String hash, String field, String lease) {
  /** The field with the tombstone of the secret as a whole. */
  public static final String GONE = "gone";

  /** The key of that tombstone. */
  public EntryKey gone() {
    return new EntryKey(hash, GONE, lease.substring(0, lease.length() - field.length()) + GONE);
  }
}
