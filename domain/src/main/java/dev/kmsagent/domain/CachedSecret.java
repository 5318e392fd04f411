package dev.kmsagent.domain;

import java.util.List;

/**
 * What a cache entry holds of a secret besides its {@link Representation}: the whole secret where
 * agents share the cache, since each renders it by itself; else only which version it is.
 */
public sealed interface CachedSecret permits Secret, SecretVersion {
  /** A string on the heap, the header of its array, and the padding of that. */
  int STRING = 24 + 16 + 7;

  VersionId version();

  /** Which version of which secret of this name it is, to compare it with others. */
  Revision revision();

  /** The labels of this version, in KMS's order. */
  List<Stage> stages();

  /** The id of the call to KMS that returned it; empty when KMS gave none. */
  String kmsRequestId();

  /** The memory it takes, in bytes, estimated rather too high than too low. */
  int size();

  /** The bytes of a text, which takes two for each character unless all are of ISO 8859-1. */
  static int sizeOf(String text) {
    var isLatin = text.chars().allMatch(character -> character < 256);
    return STRING + (isLatin ? text.length() : text.length() * Character.BYTES);
  }
}
