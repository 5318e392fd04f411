package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.Retrieval.Found;
import java.time.Instant;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.jspecify.annotations.Nullable;

/**
 * The headers of answers that hold a secret: in which part the cache had a hand, how old the secret
 * is, its tag. They are encoded once a second for each secret that is asked for. Thread-safe.
 */
final class LastHeaders {
  private volatile @Nullable Headers last;

  /**
   * Headers, and what they were made of: not the secret itself, which the cache alone may keep.
   *
   * @param age in seconds
   * @param timeToLive in whole seconds, downwards: what has lapsed for half a second has -1 to live
   */
  private record Headers(
      String tag, CacheState state, long age, long timeToLive, List<HttpField> fields) {
    static Headers of(String tag, CacheState state, long age, long timeToLive) {
      var status = "kms-agent; " + cacheStatus(state, timeToLive);
      return new Headers(
          tag,
          state,
          age,
          timeToLive,
          List.of(
              new PreEncodedHttpField("Cache-Status", status),
              new PreEncodedHttpField(HttpHeader.AGE, Long.toString(age)),
              new PreEncodedHttpField(HttpHeader.ETAG, tag)));
    }

    boolean areOf(String tag, CacheState state, long age, long timeToLive) {
      return this.age == age
          && this.timeToLive == timeToLive
          && this.state == state
          && this.tag.equals(tag);
    }
  }

  /** The headers for {@code found} at {@code now}. */
  List<HttpField> of(Found found, Instant now) {
    var entry = found.entry();
    var tag = entry.representation().entityTag();
    long age = entry.age(now).toSeconds();
    long timeToLive = entry.timeToLive(now).toSeconds();
    var known = last;
    if (known == null || !known.areOf(tag, found.state(), age, timeToLive)) {
      known = Headers.of(tag, found.state(), age, timeToLive);
      last = known;
    }
    return known.fields();
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
}
