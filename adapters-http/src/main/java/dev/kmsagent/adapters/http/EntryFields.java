package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.Retrieval.Found;
import java.time.Instant;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;

/**
 * The header fields that describe a cached entry, encoded for the wire. They are the same for a
 * second, so that encoding them once saves most of their cost. They hold nothing confidential.
 */
record EntryFields(Key key, List<HttpField> fields) {
  /**
   * What the fields say.
   *
   * @param age in seconds
   * @param timeToLive in whole seconds, rounded down: -1 if the TTL ended half a second ago
   */
  record Key(String tag, CacheState state, long age, long timeToLive) {
    static Key of(Found found, Representation sent, Instant now) {
      var entry = found.entry();
      return new Key(
          sent.entityTag(),
          found.state(),
          entry.age(now).toSeconds(),
          entry.timeToLive(now).toSeconds());
    }
  }

  static EntryFields of(Key key) {
    return new EntryFields(
        key,
        List.of(
            new PreEncodedHttpField("Cache-Status", "kms-agent; " + cacheStatus(key)),
            new PreEncodedHttpField(HttpHeader.AGE, Long.toString(key.age())),
            new PreEncodedHttpField(HttpHeader.ETAG, key.tag())));
  }

  /** The parameters of a member of {@code Cache-Status} (RFC 9211 2). */
  private static String cacheStatus(Key key) {
    return switch (key.state()) {
      case HIT -> "hit; ttl=" + key.timeToLive();
      case STALE -> "hit; ttl=" + key.timeToLive() + "; detail=stale-if-error";
      case MISS -> "fwd=miss";
      case REVALIDATED -> "fwd=stale";
      case REFRESHED -> "fwd=request";
    };
  }
}
