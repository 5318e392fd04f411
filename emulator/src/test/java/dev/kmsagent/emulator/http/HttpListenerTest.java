package dev.kmsagent.emulator.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ServerSocketFactory;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HttpListenerTest {
  private static final String GET = "GET / HTTP/1.1~~";

  private final ConcurrentLinkedQueue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
  private final BlockingQueue<HttpRequest> requests = new LinkedBlockingQueue<>();
  private volatile HttpHandler handler =
      always(new ServerReply.Complete(HttpResponse.text(200, "answer")));
  @AutoClose private final HttpListener listener = open();

  private static HttpHandler always(ServerReply reply) {
    return _ -> reply;
  }

  private HttpListener open() {
    try {
      return HttpListener.open(
          SocketEndpoint.loopback(ServerSocketFactory.getDefault(), 0),
          Thread.ofVirtual().uncaughtExceptionHandler((_, e) -> uncaught.add(e)).factory(),
          EmulatorTime.of(InstantSource.fixed(Instant.parse("2026-11-25T08:09:10Z"))),
          request -> {
            requests.add(request);
            return handler.handle(request);
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All that comes back for these lines, each ended by a tilde, after which none follow. */
  private String exchange(String lines) throws IOException {
    return ClientConnection.exchangeText(listener.port(), lines.replace("~", "\r\n"));
  }

  @Nested
  class A_request {
    @ParameterizedTest
    @CsvSource({
      "Content-Length: 5~~hello, hello",
      "Transfer-Encoding: chunked~~3;ext=1~hel~A~lo; worlds~0~Trailer: x~~, hello; worlds",
      "Transfer-Encoding: chunked~~0~~, ''"
    })
    void may_bring_a_body_of_a_length_or_in_chunks(String rest, String body) throws IOException {
      exchange("POST / HTTP/1.1~" + rest);
      assertThat(requests.remove().body()).isEqualTo(body);
    }

    @Test
    void may_follow_another_on_the_same_connection_until_one_asks_to_close_it() throws IOException {
      try (var client = new ClientConnection(listener.port())) {
        client.send(
            ClientConnection.head("GET /1 HTTP/1.1")
                + ClientConnection.head("GET /2 HTTP/1.1", "Connection: close"));
        assertThat(client.readText())
            .matches("(?s)HTTP/1.1 200.*\r\n\r\nanswerHTTP/1.1 200.*\r\n\r\nanswer");
      }
      assertThat(requests).extracting(HttpRequest::path).containsExactly("/1", "/2");
    }

    @Test
    void whose_handler_fails_is_500_without_its_message() throws IOException {
      handler =
          _ -> {
            throw new IllegalStateException("canary");
          };
      assertThat(exchange(GET))
          .startsWith("HTTP/1.1 500")
          .endsWith("\r\n\r\nemulator: java.lang.IllegalStateException");
      assertThat(uncaught).singleElement().isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void a_reply_is_written_whole_and_dated_by_the_clock() throws IOException {
    handler =
        always(new ServerReply.Complete(HttpResponse.json(201, "{}").withHeader("X-Extra", "1")));
    assertThat(exchange(GET))
        .startsWith("HTTP/1.1 201")
        .contains("X-Extra: 1\r\n")
        .contains("Content-Type: application/json;charset=utf-8\r\n")
        .contains("Date: Wed, 25 Nov 2026 08:09:10 GMT\r\n")
        .contains("Content-Length: 2\r\n")
        .endsWith("\r\n\r\n{}");
    handler = always(new ServerReply.Complete(HttpResponse.text(204, "")));
    assertThat(exchange(GET)).startsWith("HTTP/1.1 204").doesNotContain("Content-Length");
  }

  @Test
  void closing_ends_a_delay_of_an_hour_and_frees_the_port() throws Exception {
    handler = always(new ServerReply.Delayed(Duration.ofHours(1), new ServerReply.Reset()));
    try (var client = new ClientConnection(listener.port())) {
      client.sendHead("GET / HTTP/1.1");
      requests.take();
      listener.close();
      assertThat(client.readText()).isEmpty();
    }
    Patience.assertSoon(this::refusesConnections);
  }

  /** A process that another test starts may have the listener's descriptor for a moment. */
  private boolean refusesConnections() {
    try {
      new ClientConnection(listener.port()).close();
      return false;
    } catch (ConnectException refused) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
