package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.Found;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;

/** The answer that holds a secret, or says that the client has it. */
final class SecretReply {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private SecretReply() {}

  /** Takes the fields of {@code If-None-Match}, and the time. */
  static Reply of(Found found, List<String> ifNoneMatch, Instant now) {
    var entry = found.entry();
    var form = entry.representation();
    var status =
        new HttpField("Cache-Status", "kms-agent; " + cacheStatus(found.state(), entry, now));
    var age = new HttpField(HttpHeader.AGE, Long.toString(entry.age(now).toSeconds()));
    var tag = new HttpField(HttpHeader.ETAG, form.entityTag());
    return IfNoneMatch.matches(ifNoneMatch, form.entityTag())
        ? new Reply(304, List.of(status, age, tag), NOTHING.duplicate())
        : new Reply(200, List.of(status, age, tag, Reply.JSON), form.body());
  }

  /** The parameters of a member of {@code Cache-Status} (RFC 9211 2). */
  private static String cacheStatus(CacheState state, CacheEntry entry, Instant now) {
    return switch (state) {
      case HIT -> "hit; ttl=" + seconds(entry, now);
      case STALE -> "hit; ttl=" + seconds(entry, now) + "; detail=stale-if-error";
      case MISS -> "fwd=miss";
      case REVALIDATED -> "fwd=stale";
      case REFRESHED -> "fwd=request";
    };
  }

  /** Whole seconds, downwards: what has lapsed for half a second has -1 to live. */
  private static long seconds(CacheEntry entry, Instant now) {
    return entry.timeToLive(now).toSeconds();
  }
}
