package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.testkit.LoopbackServer;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What answers without an end is given up after a bounded number of bytes, wherever it is endless.
 */
@Execution(ExecutionMode.SAME_THREAD)
@ResourceLock(Resources.SYSTEM_PROPERTIES)
final class EndlessAnswersTest {
  private static final String HEAD = "HTTP/1.1 200 OK\r\n";

  /** The limits of a body and of the headers, and the buffers of both ends of a connection. */
  private static final long BOUND = 16 << 20;

  /** The part that has no end, what comes before it, and what is repeated. */
  static Stream<Arguments> parts() {
    var chunked = HEAD + "Transfer-Encoding: chunked\r\n\r\n";
    return Stream.of(
        Arguments.argumentSet("status line", "HTTP/1.1 200 ", "x"),
        Arguments.argumentSet("header name", HEAD, "x"),
        Arguments.argumentSet("header value", HEAD + "X: ", "x"),
        Arguments.argumentSet("headers", HEAD, "X: y\r\n"),
        Arguments.argumentSet("interim answers", "", "HTTP/1.1 100 Continue\r\n\r\n"),
        Arguments.argumentSet("body", HEAD + "\r\n", "x"),
        Arguments.argumentSet(
            "long body", HEAD + "Content-Length: 9000000000000000000\r\n\r\n", "x"),
        Arguments.argumentSet("chunks", chunked, "1\r\nx\r\n"),
        Arguments.argumentSet("chunk", chunked + "7fffffff\r\n", "x"),
        Arguments.argumentSet("chunk size", chunked, "0"),
        Arguments.argumentSet("chunk extension", chunked + "1;", "x"),
        Arguments.argumentSet("trailers", chunked + "0\r\n", "X: y\r\n"));
  }

  @ParameterizedTest
  @MethodSource("parts")
  void of_kms_are_given_up(String begin, String rest) {
    try (var server = new EndlessServer(begin, rest);
        var rig = new Rig();
        var kms =
            rig.source(
                Rig.settings(URI.create("http://127.0.0.1:" + server.port())),
                Rig.accessKey("ak", "sk"))) {
      assertThat(Rig.fetch(kms, Secrets.current("a"))).isInstanceOf(Unavailable.class);
      assertThat(server.sent()).isLessThan(BOUND);
    }
  }

  @ParameterizedTest
  @MethodSource("parts")
  void of_the_metadata_service_are_given_up(String begin, String rest) {
    try (var server = new EndlessServer(begin, rest);
        var rig = new Rig()) {
      rig.proxyMetadata(server.port());
      assertThat(rig.ecsRole("reader").issue()).isInstanceOf(Issue.NotIssued.class);
      assertThat(server.sent()).isLessThan(BOUND);
    }
  }

  /**
   * A server whose answers begin with a text and then repeat another, until the client gives up.
   */
  private static final class EndlessServer implements AutoCloseable {
    private final byte[] begin;
    private final byte[] rest;
    private final AtomicLong sent = new AtomicLong();
    private final LoopbackServer server;

    EndlessServer(String begin, String rest) {
      this.begin = begin.getBytes(StandardCharsets.US_ASCII);
      this.rest =
          rest.repeat(Math.ceilDiv(8192, rest.length())).getBytes(StandardCharsets.US_ASCII);
      this.server = new LoopbackServer(this::answer);
    }

    int port() {
      return server.port();
    }

    /** The bytes that were taken from it, those in the buffers of the system included. */
    long sent() {
      return sent.get();
    }

    private void answer(Socket client) throws IOException {
      var _ = client.getInputStream().read(new byte[8192]);
      client.getOutputStream().write(begin);
      while (!client.isClosed()) {
        client.getOutputStream().write(rest);
        sent.addAndGet(rest.length);
      }
    }

    @Override
    public void close() {
      server.close();
    }
  }
}
