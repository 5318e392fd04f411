package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Dialect;
import dev.kmsagent.adapters.http.dialect.Dialects;
import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.vault.VaultRoutes;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.event.ReadEvent;
import dev.kmsagent.domain.port.out.AgentEvents;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes replies in one dialect, each with a request id of its own. Thread-safe. */
final class ReplyFactory {
  private static final Logger LOG = LoggerFactory.getLogger(ReplyFactory.class);

  static final HttpField JSON =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, Admission.ToBody.JSON);
  private static final HttpField NO_STORE =
      new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store");
  private static final HttpField NO_SNIFFING =
      new PreEncodedHttpField("X-Content-Type-Options", "nosniff");
  private static final HttpField GET_ONLY = new PreEncodedHttpField(HttpHeader.ALLOW, "GET");
  private static final HttpField RETRY_SOON = new PreEncodedHttpField(HttpHeader.RETRY_AFTER, "1");

  /** Headers of a reply with a secret. */
  private static final int MOST_HEADERS = 7;

  /** How much of a stack is logged: enough to find the bug. */
  private static final int FRAMES = 12;

  private final Dialect dialect;
  private final AgentEvents events;
  private final InstantSource clock;
  private final String idPrefix;
  private final AtomicLong lastId;

  /** For the routes of Vault; itself if it is for them, or there are none. */
  private final ReplyFactory vaults;

  private final boolean isVaults;

  /** The fields of the last secret that was sent, which is often the next one too. */
  private volatile @Nullable EntryFields last;

  /**
   * @param processName a name that no other process has; it begins each request id
   */
  ReplyFactory(ServerConfig config, AgentEvents events, InstantSource clock, String processName) {
    this.dialect = Dialects.of(config);
    this.events = events;
    this.clock = clock;
    this.idPrefix = processName + '-';
    this.lastId = new AtomicLong();
    this.isVaults = false;
    this.vaults =
        config.vault().isPresent() ? new ReplyFactory(Dialects.ofVault(config), this) : this;
  }

  private ReplyFactory(Dialect dialect, ReplyFactory other) {
    this.dialect = dialect;
    this.events = other.events;
    this.clock = other.clock;
    this.idPrefix = other.idPrefix;
    this.lastId = other.lastId;
    this.isVaults = true;
    this.vaults = this;
  }

  /** The replies to a request, in the dialect of its path. */
  ReplyFactory to(Request request) {
    return vaults != this && VaultRoutes.cover(request.getHttpURI().getPath()) ? vaults : this;
  }

  Dialect dialect() {
    return dialect;
  }

  InstantSource clock() {
    return clock;
  }

  /** The body of a reply with the whole secret. */
  ByteBuffer body(Found found) {
    var first = found.entry().representation();
    return (isVaults ? first.alternative() : first).body();
  }

  /** The secret. */
  Reply secret(Found found) {
    return secret(found, JSON, body(found));
  }

  /** A part of the secret: only the header tells its version, in UTF-8, percent-encoded. */
  Reply part(Found found, HttpField contentType, ByteBuffer body) {
    var id = URLEncoder.encode(found.entry().secret().version().value(), StandardCharsets.UTF_8);
    var reply = secret(found, contentType, body);
    reply.headers().add(new HttpField("X-KMS-Version-Id", id.replace("+", "%20")));
    return reply;
  }

  private Reply secret(Found found, HttpField contentType, ByteBuffer body) {
    var headers = headers(nextId());
    headers.addAll(fields(found));
    headers.add(contentType);
    return new Reply(200, headers, body);
  }

  private List<HttpField> fields(Found found) {
    var now = clock.instant();
    long age = found.entry().age(now).toSeconds();
    long timeToLive = found.entry().timeToLive(now).toSeconds();
    var revision = found.entry().secret().revision();
    var known = last;
    if (known == null || !known.tell(revision, found.state(), age, timeToLive)) {
      known = EntryFields.of(revision, found.state(), age, timeToLive);
      last = known;
    }
    return known.fields();
  }

  /** A body without a secret, made for the id of the reply. */
  Reply body(int status, String contentType, Function<String, byte[]> body) {
    var requestId = nextId();
    var headers = headers(requestId);
    headers.add(new HttpField(HttpHeader.CONTENT_TYPE, contentType));
    return new Reply(status, headers, ByteBuffer.wrap(body.apply(requestId)));
  }

  /** A failure of a request that was not passed to retrieval; it is published as an event. */
  Reply rejection(Failure failure, Request request) {
    var requestId = nextId();
    var sender = Callers.senderOf(request);
    events.publish(
        new ReadEvent.RequestRejected(
            failure.status(), failure.code(), failure.reason(), sender, requestId));
    return failure(failure, requestId);
  }

  Reply failure(Failure failure) {
    return failure(failure, nextId());
  }

  /** A bug, which is logged without its message: that may hold what was being handled. */
  Reply bug(Throwable bug) {
    var requestId = nextId();
    var root = bug instanceof CompletionException && bug.getCause() != null ? bug.getCause() : bug;
    LOG.atError()
        .addKeyValue("request_id", requestId)
        .addKeyValue("error", root.getClass().getName())
        .addKeyValue("at", Arrays.stream(root.getStackTrace()).limit(FRAMES).toList())
        .log("request_failed");
    return failure(Failure.internal(), requestId);
  }

  private Reply failure(Failure failure, String requestId) {
    LOG.atDebug()
        .addKeyValue("request_id", requestId)
        .addKeyValue("status", failure.status())
        .addKeyValue("code", failure.code())
        .log("request_not_served");
    var headers = headers(requestId);
    headers.add(JSON);
    if (failure.status() == 405) {
      headers.add(GET_ONLY);
    }
    if (failure.isTransient()) {
      headers.add(RETRY_SOON);
    }
    return new Reply(
        failure.status(), headers, ByteBuffer.wrap(dialect.failure(failure, requestId)));
  }

  private static List<HttpField> headers(String requestId) {
    var headers = new ArrayList<HttpField>(MOST_HEADERS);
    headers.add(NO_STORE);
    headers.add(NO_SNIFFING);
    headers.add(new HttpField("X-Request-Id", requestId));
    return headers;
  }

  private String nextId() {
    return idPrefix.concat(Long.toString(lastId.incrementAndGet()));
  }
}
