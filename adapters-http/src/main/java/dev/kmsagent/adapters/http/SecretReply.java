package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.Found;
import dev.kmsagent.domain.Representation;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The answer that holds a secret, or says that the client has it. */
final class SecretReply {
  private SecretReply() {}

  /** Takes the fields of {@code If-None-Match}, and the time. */
  static Reply of(Found found, List<String> ifNoneMatch, Instant now) {
    var form = found.entry().representation();
    var headers = headers(found, now);
    if (IfNoneMatch.matches(ifNoneMatch, form.entityTag())) {
      return new Reply(304, headers, Reply.Body.NONE);
    }
    headers.put("Content-Type", Reply.JSON);
    return new Reply(200, headers, new Form(form));
  }

  private static Map<String, String> headers(Found found, Instant now) {
    var entry = found.entry();
    var headers = new HashMap<String, String>();
    headers.put("Cache-Status", "kms-agent; " + cacheStatus(found.state(), entry, now));
    headers.put("Age", Long.toString(entry.age(now).toSeconds()));
    headers.put("ETag", entry.representation().entityTag());
    return headers;
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

  private record Form(Representation form) implements Reply.Body {
    @Override
    public int size() {
      return form.size();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      form.writeTo(out);
    }
  }
}
