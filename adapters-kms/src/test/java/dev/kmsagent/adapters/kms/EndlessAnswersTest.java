package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * What answers without an end is given up after a bounded number of bytes, wherever it is endless.
 */
@Execution(ExecutionMode.SAME_THREAD)
@ResourceLock(Resources.SYSTEM_PROPERTIES)
final class EndlessAnswersTest {
  private static final String HEAD = "HTTP/1.1 200 OK\r\n";

  /** The limits of a body and of the headers, and the buffers of both ends of a connection. */
  private static final long BOUND = 16 << 20;

  static final List<String> PARTS =
      List.of(
          "status line",
          "header name",
          "header value",
          "headers",
          "interim answers",
          "body",
          "announced body",
          "chunks",
          "chunk",
          "chunk size",
          "chunk extension",
          "trailers");

  private static EndlessServer server(String part) throws IOException {
    return switch (part) {
      case "status line" -> new EndlessServer("HTTP/1.1 200 ", "x");
      case "header name" -> new EndlessServer(HEAD, "x");
      case "header value" -> new EndlessServer(HEAD + "X: ", "x");
      case "headers" -> new EndlessServer(HEAD, "X: y\r\n");
      case "interim answers" -> new EndlessServer("", "HTTP/1.1 100 Continue\r\n\r\n");
      case "body" -> new EndlessServer(HEAD + "\r\n", "x");
      case "announced body" ->
          new EndlessServer(HEAD + "Content-Length: 9000000000000000000\r\n\r\n", "x");
      case "chunks" -> new EndlessServer(HEAD + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n");
      case "chunk" ->
          new EndlessServer(HEAD + "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n", "x");
      case "chunk size" -> new EndlessServer(HEAD + "Transfer-Encoding: chunked\r\n\r\n", "0");
      case "chunk extension" ->
          new EndlessServer(HEAD + "Transfer-Encoding: chunked\r\n\r\n1;", "x");
      case "trailers" ->
          new EndlessServer(HEAD + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n");
      default -> throw new IllegalArgumentException(part);
    };
  }

  @ParameterizedTest
  @FieldSource("PARTS")
  void of_kms_are_given_up(String part) throws IOException {
    try (var server = server(part);
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
  @FieldSource("PARTS")
  void of_the_metadata_service_are_given_up(String part) throws IOException {
    try (var server = server(part);
        var rig = new Rig()) {
      System.setProperty("http.proxyHost", "127.0.0.1");
      System.setProperty("http.proxyPort", Integer.toString(server.port()));
      assertThat(rig.ecsRole("reader").issue()).isInstanceOf(Issue.NotIssued.class);
      assertThat(server.sent()).isLessThan(BOUND);
    } finally {
      System.clearProperty("http.proxyHost");
      System.clearProperty("http.proxyPort");
    }
  }
}
