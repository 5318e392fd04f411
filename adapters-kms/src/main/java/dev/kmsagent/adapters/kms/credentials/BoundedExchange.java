package dev.kmsagent.adapters.kms.credentials;

import com.aliyun.credentials.http.FormatType;
import com.aliyun.credentials.http.HttpRequest;
import com.aliyun.credentials.http.HttpResponse;
import dev.kmsagent.domain.port.Scheduler;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Sends a request of credentials-java with {@code java.net.http}, which bounds headers, trailers
 * and interim answers. The length of the body and the time to its end are bounded here.
 */
record BoundedExchange(Scheduler scheduler, Duration timeout) {
  /** An answer with a key has about two kilobytes. */
  private static final long MAX_ANSWER = 1 << 16;

  /**
   * Returns the answer.
   *
   * @throws CancellationException if it did not end within {@code timeout}
   * @throws ExecutionException if there was none, or it was too long
   */
  HttpResponse send(HttpClient client, HttpRequest request)
      throws ExecutionException, InterruptedException {
    var handler = BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER);
    var exchange = client.sendAsync(jdkRequest(request), handler);
    var timer = scheduler.schedule(timeout, () -> exchange.cancel(true));
    try {
      var answer = exchange.get();
      return libraryResponse(request, answer.statusCode(), answer.body());
    } finally {
      timer.cancel();
      exchange.cancel(true);
    }
  }

  private static java.net.http.HttpRequest jdkRequest(HttpRequest request) {
    var jdk =
        java.net.http.HttpRequest.newBuilder(URI.create(request.getSysUrl()))
            .method(request.getSysMethod().name(), body(request.getHttpContent()));
    request.getSysHeaders().forEach((name, value) -> set(jdk, name, value));
    return jdk.build();
  }

  private static BodyPublisher body(byte @Nullable [] content) {
    return content == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(content);
  }

  /** The JDK sets the length itself and does not let others set it. */
  private static void set(java.net.http.HttpRequest.Builder request, String name, String value) {
    if (!name.equalsIgnoreCase("Content-Length")) {
      request.setHeader(name, value);
    }
  }

  /** The JDK leaves the body out where a proxy refuses the tunnel. */
  private static HttpResponse libraryResponse(
      HttpRequest request, int status, byte @Nullable [] body) {
    var response = new HttpResponse(request.getSysUrl());
    response.setResponseCode(status);
    response.setHttpContent(
        Objects.requireNonNullElse(body, new byte[0]),
        StandardCharsets.UTF_8.name(),
        FormatType.JSON);
    return response;
  }
}
