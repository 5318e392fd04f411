package dev.kmsagent.bootstrap.e2e;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.http.AgentAnswer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** An application that reads secrets, or somebody else who knocks. Immutable. */
public record AgentClient(int port, Map<String, String> headers, HttpClient http) {
  private static final HttpClient SHARED = newHttp();

  public AgentClient {
    headers = Map.copyOf(headers);
  }

  public AgentClient(int port) {
    this(port, Map.of(), SHARED);
  }

  static HttpClient newHttp() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  /** The same with this header, in place of one of that name. */
  public AgentClient with(String header, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new AgentClient(port, more, http);
  }

  /** Reads a secret whose name needs no encoding. */
  public AgentAnswer secret(String name) {
    return get("/secretsmanager/get?secretId=" + name);
  }

  /** Reads a secret past the cache. */
  public AgentAnswer refreshed(String name) {
    return get("/secretsmanager/get?secretId=" + name + "&refreshNow=true");
  }

  public AgentAnswer get(String target) {
    return send("GET", target);
  }

  AgentAnswer send(String method, String target) {
    try {
      return answer(http.send(request(method, target), BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + target, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Reads a secret, and does not wait for the answer. */
  public CompletableFuture<AgentAnswer> readAsync(String name) {
    var request = request("GET", "/secretsmanager/get?secretId=" + name);
    return http.sendAsync(request, BodyHandlers.ofString()).thenApply(AgentClient::answer);
  }

  private HttpRequest request(String method, String target) {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target))
            .timeout(Patience.limit())
            .method(method, BodyPublishers.noBody());
    headers.forEach(request::header);
    return request.build();
  }

  private static AgentAnswer answer(HttpResponse<String> response) {
    var headers = new TreeMap<>(response.headers().map());
    return new AgentAnswer(response.statusCode(), headers, response.body());
  }
}
