package dev.kmsagent.adapters.kms;

import com.aliyun.core.http.HttpClient;
import com.aliyun.core.http.HttpHeader;
import com.aliyun.core.http.HttpRequest;
import com.aliyun.core.http.HttpResponse;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.adapters.kms.transport.TransportFailures;
import dev.kmsagent.domain.port.Scheduler;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The SDK's transport over {@code java.net.http}: the response timeout bounds the whole exchange,
 * answers have a bounded size, and every failure is a {@link CallFailed}. Thread-safe, never waits
 * for an answer.
 */
final class JdkTransport implements HttpClient {
  /** KMS's secrets are at most 30 KB: an answer beyond this is not one of KMS's. */
  static final int MAX_ANSWER = 1 << 20;

  /** Headers that the JDK sets itself, and refuses to be told. */
  private static final Set<String> OWN_HEADERS =
      Set.of("host", "content-length", "connection", "expect", "upgrade");

  private final CloudConnection connection;
  private final Scheduler scheduler;

  JdkTransport(CloudConnection connection, Scheduler scheduler) {
    this.connection = connection;
    this.scheduler = scheduler;
  }

  @Override
  public CompletableFuture<HttpResponse> send(HttpRequest request) {
    var exchange =
        connection.client().sendAsync(jdkRequest(request), _ -> new CappedBody(MAX_ANSWER));
    var timer = scheduler.schedule(request.getResponseTimeout(), () -> exchange.cancel(true));
    return exchange
        .whenComplete((_, _) -> timer.cancel())
        .<HttpResponse>thenApply(answer -> answer(request, answer))
        .exceptionally(
            failure -> {
              throw failed(failure);
            });
  }

  /** The JDK leaves the body out where a proxy refuses the tunnel. */
  private static TransportAnswer answer(
      HttpRequest request, java.net.http.HttpResponse<byte[]> answer) {
    var body = Objects.requireNonNullElse(answer.body(), new byte[0]);
    return new TransportAnswer(request, answer.statusCode(), answer.headers(), body);
  }

  private static CallFailed failed(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() instanceof CallFailed ours
        ? ours
        : new CallFailed(
            new CallFailed.Reason.NoAnswer(TransportFailures.classify(failure, "KMS")));
  }

  private static java.net.http.HttpRequest jdkRequest(HttpRequest request) {
    var jdk = java.net.http.HttpRequest.newBuilder(URI.create(request.getUrl().toString()));
    for (HttpHeader header : request.getHeaders()) {
      if (!OWN_HEADERS.contains(header.getName().toLowerCase(Locale.ROOT))) {
        jdk.setHeader(header.getName(), header.getValue());
      }
    }
    return jdk.method(request.getHttpMethod().name(), body(request)).build();
  }

  private static BodyPublisher body(HttpRequest request) {
    var content = request.getBody();
    if (content == null) {
      return BodyPublishers.noBody();
    }
    var bytes = new byte[content.remaining()];
    content.duplicate().get(bytes);
    return BodyPublishers.ofByteArray(bytes);
  }

  /** Breaks what is still going on: it ends as unavailable. */
  @Override
  public void close() {
    connection.close();
  }
}
