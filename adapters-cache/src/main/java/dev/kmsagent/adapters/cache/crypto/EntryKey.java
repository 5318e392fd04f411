package dev.kmsagent.adapters.cache.crypto;

/**
 * The key of an entry in the store, made of names that disclose nothing: a secret has one hash, and
 * each of its entries a field in it.
 *
 * @param prefix of all names in the store
 * @param name of the secret
 */
public record EntryKey(String prefix, String name, String field) {
  /** The field with the tombstone of the secret as a whole. */
  public static final String GONE = "gone";

  /** The key of that tombstone. */
  public EntryKey gone() {
    return new EntryKey(prefix, name, GONE);
  }

  /**
   * The number is that of the format: agents of another one, which follow other rules, do not see
   * each other's entries. The braces keep a hash and its leases in one slot of a cluster (hash
   * tag).
   */
  public String hash() {
    return prefix + ":c2:{" + name + "}";
  }

  /** The name of the lease to read the entry from KMS. */
  public String lease() {
    return prefix + ":l2:{" + name + "}" + field;
  }
}
