package dev.kmsagent.bootstrap.command;

import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.ListenAddress;
import dev.kmsagent.config.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;

/** A client of the agent that runs with a configuration. */
final class RunningAgent {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  /** What a part of a secret is sent as; another service at the port would send something else. */
  private static final Set<String> TYPES =
      Set.of("text/plain;charset=utf-8", "application/octet-stream");

  private final ServerConfig server;
  private final ConfidentialText token;

  RunningAgent(ServerConfig server, ConfidentialText token) {
    this.server = server;
    this.token = token;
  }

  /** The outcome of a request. */
  sealed interface Reply {
    /** The value of a secret; it prints as {@code ***}. */
    final class Value implements Reply {
      private final byte[] bytes;

      private Value(byte[] bytes) {
        this.bytes = bytes;
      }

      byte[] bytes() {
        return bytes.clone();
      }

      @Override
      public String toString() {
        return "***";
      }
    }

    /** There was no secret: a sentence for people, and the exit status for it. */
    record Failed(String reason, int status) implements Reply {}
  }

  /**
   * Requests a part of the current version of a secret; its timeout is just above that of the
   * agent.
   *
   * @param field a field of a JSON object, or {@code .} for the whole value
   */
  Reply get(String secretId, String field) {
    var address = address(server.listen());
    try (var client = client()) {
      return reply(client.send(request(address, secretId, field), BodyHandlers.ofByteArray()));
    } catch (IOException unreachable) {
      return new Reply.Failed(
          "The agent cannot be reached at " + address + ": is it running?", ExitStatus.UNREACHABLE);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return new Reply.Failed("Interrupted while waiting for the agent.", ExitStatus.UNREACHABLE);
    }
  }

  private static Reply reply(HttpResponse<byte[]> answer) {
    var type = answer.headers().firstValue("Content-Type").orElse("");
    return answer.statusCode() == 200 && TYPES.contains(type)
        ? new Reply.Value(answer.body())
        : new Reply.Failed(ErrorBody.reason(answer.statusCode(), answer.body()), ExitStatus.FAILED);
  }

  private static HttpClient client() {
    return HttpClient.newBuilder()
        .proxy(HttpClient.Builder.NO_PROXY)
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(CONNECT_TIMEOUT)
        .build();
  }

  private HttpRequest request(URI address, String secretId, String field) {
    var target = "/secretsmanager/get?secretId=" + encoded(secretId) + "&field=" + encoded(field);
    return HttpRequest.newBuilder(address.resolve(target))
        .header(server.guard().headers().getFirst(), token.reveal())
        .timeout(server.requestTimeout().plus(CONNECT_TIMEOUT))
        .build();
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  /** An agent that listens on all addresses is called on loopback, which it always accepts. */
  private static URI address(ListenAddress listen) {
    return listen.address().isAnyLocalAddress()
        ? new ListenAddress(InetAddress.getLoopbackAddress(), listen.port()).url()
        : listen.url();
  }
}
