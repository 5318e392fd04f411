package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.Revision;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;

/**
 * The header fields that describe a cached entry, encoded for the wire. They are the same for a
 * second, so that encoding them once saves most of their cost. They hold nothing confidential.
 *
 * @param age in seconds
 * @param timeToLive in whole seconds, rounded down: -1 if the TTL ended half a second ago
 */
record EntryFields(
    Revision revision, CacheState state, long age, long timeToLive, List<HttpField> fields) {
  static EntryFields of(Revision revision, CacheState state, long age, long timeToLive) {
    var status = "kms-agent; " + cacheStatus(state, timeToLive);
    return new EntryFields(
        revision,
        state,
        age,
        timeToLive,
        List.of(
            new PreEncodedHttpField(HttpHeader.ETAG, "W/\"" + revision + '"'),
            new PreEncodedHttpField("Cache-Status", status),
            new PreEncodedHttpField(HttpHeader.AGE, Long.toString(age))));
  }

  /** The parameters of a member of {@code Cache-Status} (RFC 9211 2). */
  private static String cacheStatus(CacheState state, long timeToLive) {
    return switch (state) {
      case HIT -> "hit; ttl=" + timeToLive;
      case STALE -> "hit; ttl=" + timeToLive + "; detail=stale-if-error";
      case MISS -> "fwd=miss";
      case REVALIDATED -> "fwd=stale";
      case REFRESHED -> "fwd=request";
    };
  }

  /** Whether they say just this. */
  boolean tell(Revision other, CacheState otherState, long otherAge, long otherTimeToLive) {
    return revision.equals(other)
        && state == otherState
        && age == otherAge
        && timeToLive == otherTimeToLive;
  }
}
