package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Dialect;
import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.domain.Requester;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.event.ReadEvent;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.HostPort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the reply to a request, of which one is sent: each would have the same id. */
record Replies(ReplyFactory factory, Request request, boolean isForVault, String requestId)
    implements Requester {
  private static final Logger LOG = LoggerFactory.getLogger(Replies.class);

  /** How much of a stack is logged: enough to find the bug. */
  private static final int FRAMES = 12;

  /** Those to a request, in the dialect of its path, with a new id. */
  static Replies to(Request request, ReplyFactory factory) {
    return new Replies(factory, request, factory.isForVault(request), factory.nextId());
  }

  @Override
  public String peer() {
    var address = request.getConnectionMetaData().getRemoteSocketAddress();
    return address instanceof InetSocketAddress it
        ? HostPort.normalizeHost(it.getAddress().getHostAddress()) + ':' + it.getPort()
        : "";
  }

  Dialect dialect() {
    return factory.dialect(isForVault);
  }

  /** The body of a reply with the whole secret. */
  ByteBuffer body(Found found) {
    var own = found.entry().representation();
    return (isForVault ? own.alternative() : own).body();
  }

  /** The secret. */
  Reply secret(Found found) {
    return secret(found, ReplyFactory.JSON, body(found));
  }

  /** A part of the secret: only the header tells its version, in UTF-8, percent-encoded. */
  Reply part(Found found, HttpField contentType, ByteBuffer body) {
    var id = URLEncoder.encode(found.entry().secret().version().value(), StandardCharsets.UTF_8);
    var reply = secret(found, contentType, body);
    reply.headers().add(new HttpField("X-KMS-Version-Id", id.replace("+", "%20")));
    return reply;
  }

  private Reply secret(Found found, HttpField contentType, ByteBuffer body) {
    var headers = ReplyFactory.headers(requestId);
    headers.addAll(factory.fields(found));
    headers.add(contentType);
    return new Reply(200, headers, body);
  }

  /** A body without a secret, made for the id of the reply. */
  Reply body(int status, String contentType, Function<String, byte[]> body) {
    var headers = ReplyFactory.headers(requestId);
    headers.add(new HttpField(HttpHeader.CONTENT_TYPE, contentType));
    return new Reply(status, headers, ByteBuffer.wrap(body.apply(requestId)));
  }

  /** A failure of a request that was not passed to retrieval; it is published as an event. */
  Reply rejection(Failure failure) {
    var sender = Callers.senderOf(request);
    factory
        .events()
        .publish(
            new ReadEvent.RequestRejected(
                failure.status(), failure.code(), failure.reason(), sender, requestId));
    return failure(failure);
  }

  /** A bug, which is logged without its message: that may hold what was being handled. */
  Reply bug(Throwable bug) {
    var root = bug instanceof CompletionException && bug.getCause() != null ? bug.getCause() : bug;
    LOG.atError()
        .addKeyValue("request_id", requestId)
        .addKeyValue("error", root.getClass().getName())
        .addKeyValue("at", Arrays.stream(root.getStackTrace()).limit(FRAMES).toList())
        .log("request_failed");
    return failure(Failure.INTERNAL);
  }

  Reply failure(Failure failure) {
    LOG.atDebug()
        .addKeyValue("request_id", requestId)
        .addKeyValue("status", failure.status())
        .addKeyValue("code", failure.code())
        .log("request_not_served");
    var headers = ReplyFactory.headers(requestId);
    headers.add(ReplyFactory.JSON);
    if (failure.status() == 405) {
      headers.add(ReplyFactory.GET_ONLY);
    }
    if (failure.isTransient()) {
      headers.add(ReplyFactory.RETRY_SOON);
    }
    return new Reply(
        failure.status(), headers, ByteBuffer.wrap(dialect().failure(failure, requestId)));
  }
}
