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
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A client of the agent that runs with a configuration. */
final class RunningAgent {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  private final ServerConfig server;
  private final ConfidentialText token;

  RunningAgent(ServerConfig server, ConfidentialText token) {
    this.server = server;
    this.token = token;
  }

  /** The outcome of a request. */
  sealed interface Reply {
    /** The agent's answer; {@code body} may be the secret and is not printed. */
    record Answer(int status, String body) implements Reply {
      @Override
      public String toString() {
        return "Answer[" + status + ", ***]";
      }
    }

    /** There was no answer; {@code reason} is a sentence for people. */
    record Unreachable(String reason) implements Reply {}
  }

  /** Requests the current version of a secret; its timeout is just above that of the agent. */
  Reply get(String secretId) {
    var address = address(server.listen());
    try (var client = client()) {
      var answer = client.send(request(address, secretId), BodyHandlers.ofString());
      return new Reply.Answer(answer.statusCode(), answer.body());
    } catch (IOException unreachable) {
      return new Reply.Unreachable(
          "The agent cannot be reached at " + address + ": is it running?");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return new Reply.Unreachable("Interrupted while waiting for the agent.");
    }
  }

  private static HttpClient client() {
    return HttpClient.newBuilder()
        .proxy(HttpClient.Builder.NO_PROXY)
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(CONNECT_TIMEOUT)
        .build();
  }

  private HttpRequest request(URI address, String secretId) {
    var query = URLEncoder.encode(secretId, StandardCharsets.UTF_8);
    return HttpRequest.newBuilder(address.resolve("/secretsmanager/get?secretId=" + query))
        .header(server.guard().headers().getFirst(), token.reveal())
        .timeout(server.requestTimeout().plus(CONNECT_TIMEOUT))
        .build();
  }

  /** An agent that listens on all addresses is called on loopback, which it always accepts. */
  private static URI address(ListenAddress listen) {
    return listen.address().isAnyLocalAddress()
        ? new ListenAddress(InetAddress.getLoopbackAddress(), listen.port()).url()
        : listen.url();
  }
}
