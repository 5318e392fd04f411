package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.Content;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the store has of an entry, under each encryption key.
 *
 * @param own entries and revocations of the entry itself
 * @param whole revocations of the secret as a whole
 * @param isComplete whether it answered for every key
 */
record Contents(List<Content> own, List<Content> whole, boolean isComplete) {
  static final Contents UNANSWERED = new Contents(List.of(), List.of(), false);

  Contents {
    own = List.copyOf(own);
    whole = List.copyOf(whole);
  }

  Contents and(Contents others) {
    return new Contents(
        Stream.concat(own.stream(), others.own.stream()).toList(),
        Stream.concat(whole.stream(), others.whole.stream()).toList(),
        isComplete && others.isComplete);
  }

  Stream<Content.Entry> entries() {
    return own.stream().filter(Content.Entry.class::isInstance).map(Content.Entry.class::cast);
  }
}
