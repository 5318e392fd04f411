package dev.kmsagent.emulator.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Patience;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Collectors;
import javax.net.ServerSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HttpListenerTest {
  private static final String GET = "GET / HTTP/1.1\r\n\r\n";

  private final ConcurrentLinkedQueue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
  private final ThreadFactory threads =
      Thread.ofVirtual().uncaughtExceptionHandler((_, e) -> uncaught.add(e)).factory();
  private final InstantSource clock = InstantSource.fixed(Instant.parse("2026-11-25T08:09:10Z"));
  private final BlockingQueue<HttpRequest> requests = new LinkedBlockingQueue<>();
  private volatile HttpHandler handler =
      always(new ServerReply.Complete(HttpResponse.text(200, "answer")));
  private final HttpListener listener = open(0);
  private Socket socket;
  private BufferedReader in;

  @BeforeEach
  void connect() throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), listener.port());
    in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
  }

  @AfterEach
  void disconnect() throws IOException {
    socket.close();
    listener.close();
  }

  @Nested
  class A_request {
    @Test
    void is_passed_on_unchanged() throws IOException {
      send("POST /a%2Fb?c=%20d HTTP/1.1\r\nHost: x\r\nX-Two: 1\r\nx-two:  2 \r\n\r\n");
      assertThat(head()).startsWith("HTTP/1.1 200");
      HttpRequest request = requests.remove();
      assertThat(request.method()).isEqualTo("POST");
      assertThat(request.path()).isEqualTo("/a%2Fb");
      assertThat(request.query()).isEqualTo("c=%20d");
      assertThat(request.headers().get("x-two")).containsExactly("1", "2");
      assertThat(request.body()).isEqualTo("");
    }

    @ParameterizedTest
    @CsvSource({
      "Content-Length: 5, hel, lo, hello",
      "Transfer-Encoding: chunked, 3;ext=1~hel~A~, 'lo, worlds~0~Trailer: x~~', 'hello, worlds'",
      "Transfer-Encoding: chunked, 0~, ~, ''"
    })
    void may_bring_a_body_of_a_length_or_in_chunks(
        String header, String one, String other, String body) throws IOException {
      sendLines("POST / HTTP/1.1~" + header + "~~" + one);
      sendLines(other);
      head();
      assertThat(requests.remove().body()).isEqualTo(body);
    }

    @Test
    void may_follow_another_on_the_same_connection_until_one_asks_to_close_it() throws IOException {
      send("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nConnection: close\r\n\r\n");
      assertThat(head() + body(6)).contains("200").endsWith("answer");
      assertThat(in.readAllAsString()).contains("200").endsWith("answer");
      assertThat(requests).extracting(HttpRequest::path).containsExactly("/1", "/2");
    }

    @Test
    void whose_handler_fails_is_500_without_its_message() throws IOException {
      handler =
          _ -> {
            throw new IllegalStateException("canary");
          };
      send(GET);
      assertThat(head()).startsWith("HTTP/1.1 500");
      assertThat(body("emulator: java.lang.IllegalStateException".length()))
          .isEqualTo("emulator: java.lang.IllegalStateException");
      assertThat(uncaught).singleElement().isInstanceOf(IllegalStateException.class);
    }
  }

  @Nested
  class A_reply {
    @Test
    void is_written_whole_and_dated_by_the_clock() throws IOException {
      handler =
          always(new ServerReply.Complete(HttpResponse.json(201, "{}").withHeader("X-Extra", "1")));
      send(GET);
      assertThat(head())
          .startsWith("HTTP/1.1 201")
          .contains("X-Extra: 1")
          .contains("Content-Type: application/json;charset=utf-8")
          .contains("Date: Wed, 25 Nov 2026 08:09:10 GMT")
          .contains("Content-Length: 2");
      assertThat(body(2)).isEqualTo("{}");
      handler = always(new ServerReply.Complete(HttpResponse.text(204, "")));
      send(GET);
      assertThat(head()).startsWith("HTTP/1.1 204").doesNotContain("Content-Length");
    }
  }

  @Test
  void closing_ends_a_delay_of_an_hour_and_frees_the_port()
      throws IOException, InterruptedException {
    handler = always(new ServerReply.Delayed(Duration.ofHours(1), new ServerReply.Reset()));
    send(GET);
    awaitRequest();
    int port = listener.port();
    listener.close();
    assertThat(restOrReset()).isEmpty();
    Patience.assertSoon(() -> isRefused(port));
  }

  @Test
  void stopped_it_ends_connections_and_refuses_new_ones() throws IOException, InterruptedException {
    handler = always(new ServerReply.Hanging());
    send(GET);
    awaitRequest();
    listener.stop();
    assertThat(restOrReset()).isEmpty();
    Patience.assertSoon(() -> isRefused(listener.port()));
  }

  /** A process that another test starts may have the listener's descriptor for a moment. */
  private static boolean isRefused(int port) {
    try {
      new Socket(InetAddress.getLoopbackAddress(), port).close();
      return false;
    } catch (ConnectException refused) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitRequest() throws InterruptedException {
    var _ = requests.take();
  }

  private String restOrReset() throws IOException {
    try {
      return in.readAllAsString();
    } catch (SocketException _) {
      return "";
    }
  }

  private static HttpHandler always(ServerReply reply) {
    return _ -> reply;
  }

  private HttpListener open(int port) {
    try {
      return HttpListener.open(
          SocketEndpoint.loopback(ServerSocketFactory.getDefault(), port),
          threads,
          EmulatorTime.of(clock),
          request -> {
            requests.add(request);
            return handler.handle(request);
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void send(String octets) throws IOException {
    socket.getOutputStream().write(octets.getBytes(ISO_8859_1));
  }

  /** The same with a tilde for each end of a line. */
  private void sendLines(String lines) throws IOException {
    send(lines.replace("~", "\r\n"));
  }

  private String head() throws IOException {
    return in.lines().takeWhile(line -> !line.isEmpty()).collect(Collectors.joining("\n"));
  }

  private String body(int length) throws IOException {
    char[] body = new char[length];
    for (int read = 0; read < length; read++) {
      body[read] = (char) in.read();
    }
    return new String(body);
  }
}
