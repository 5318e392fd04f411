package dev.kmsagent.bootstrap.command;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
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
record RunningAgent(ServerConfig server, ConfidentialText token) {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  /** What a part of a secret is sent as; another service at the port would send something else. */
  private static final Set<String> TYPES =
      Set.of("text/plain;charset=utf-8", "application/octet-stream");

  /**
   * Requests a part of the current version of a secret; its timeout is just above that of the
   * agent.
   *
   * @param field a field of a JSON object, or {@code .} for the whole value
   * @throws IOException if there is no answer
   */
  HttpResponse<byte[]> get(String secretId, String field) throws IOException, InterruptedException {
    var target = "/secretsmanager/get?secretId=" + encoded(secretId) + "&field=" + encoded(field);
    var request =
        HttpRequest.newBuilder(address().resolve(target))
            .header(server.guard().headers().getFirst(), token.reveal())
            .timeout(server.requestTimeout().plus(CONNECT_TIMEOUT))
            .build();
    try (var client = client()) {
      return client.send(request, BodyHandlers.ofByteArray());
    }
  }

  private static HttpClient client() {
    return HttpClient.newBuilder()
        .proxy(HttpClient.Builder.NO_PROXY)
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(CONNECT_TIMEOUT)
        .build();
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  /** An agent that listens on all addresses is called on loopback, which it always accepts. */
  URI address() {
    var listen = server.listen();
    return listen.address().isAnyLocalAddress()
        ? new ListenAddress(InetAddress.getLoopbackAddress(), listen.port()).url()
        : listen.url();
  }

  /** Whether the answer is a part of a secret. */
  static boolean isValue(HttpResponse<byte[]> answer) {
    var type = answer.headers().firstValue("Content-Type").orElse("");
    return answer.statusCode() == 200 && TYPES.contains(type);
  }

  /** The error in an answer of any dialect, as a sentence for people. */
  static String error(HttpResponse<byte[]> answer) {
    try {
      var body = JsonParser.parseString(new String(answer.body(), StandardCharsets.UTF_8));
      return answer.statusCode() + " " + problem(body.getAsJsonObject());
    } catch (RuntimeException otherForm) {
      // It is dropped since its message quotes what it cannot read.
      return "What answered, with status " + answer.statusCode() + ", is no agent.";
    }
  }

  private static String problem(JsonObject body) {
    if (body.has("errors")) {
      return body.getAsJsonArray("errors").get(0).getAsString();
    }
    return body.has("Code")
        ? body.get("Code").getAsString() + ": " + body.get("Message").getAsString()
        : body.get("__type").getAsString() + ": " + body.get("message").getAsString();
  }
}
