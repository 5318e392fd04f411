package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.HttpSettings.Address;
import dev.kmsagent.adapters.http.dialect.Dialect;
import dev.kmsagent.adapters.http.dialect.EntityTags;
import dev.kmsagent.adapters.http.dialect.KmsDialect;
import dev.kmsagent.adapters.http.token.Token;
import dev.kmsagent.adapters.http.token.TokenGuard;
import dev.kmsagent.adapters.http.token.TokenReading;
import dev.kmsagent.adapters.http.token.TokenSource;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A server on free ports, with a fake inside, and a client of it. */
final class TestAgent implements AutoCloseable {
  static final String TOKEN = "0123456789abcdef";

  final VirtualTime time = new VirtualTime();
  final RecordingEvents events = new RecordingEvents();
  final FakeRetrieval secrets = new FakeRetrieval();
  final FakeOperations operations = new FakeOperations();
  final TokenGuard guard;
  final Dialect dialect;
  final AgentHttpServer server;
  final int port;
  final int managementPort;
  private final HttpClient client = HttpClient.newHttpClient();

  TestAgent() {
    this(new KmsDialect(new EntityTags(new Random(1))));
  }

  TestAgent(Dialect dialect) {
    this(dialect, "/v1/", 100);
  }

  TestAgent(Dialect dialect, String pathPrefix, int maxInFlight) {
    this(dialect, pathPrefix, maxInFlight, false);
  }

  /** One whose reads may have to wait for the audit trail. */
  static TestAgent auditing() {
    return new TestAgent(new KmsDialect(new EntityTags(new Random(1))), "/v1/", 100, true);
  }

  private TestAgent(Dialect dialect, String pathPrefix, int maxInFlight, boolean auditsReads) {
    this.dialect = dialect;
    guard = new TokenGuard(List.of("X-KMS-Token", "X-Vault-Token"), token(TOKEN));
    var anywhere = new Address("127.0.0.1", 0);
    var settings =
        new HttpSettings(
            anywhere,
            Optional.of(anywhere),
            List.of("agent.example"),
            pathPrefix,
            maxInFlight,
            auditsReads,
            "test");
    var inside = new Inside(secrets, operations, operations, events);
    server = new AgentHttpServer(settings, inside, dialect, guard, time);
    var listening = (AgentHttpServer.Start.Listening) server.start();
    port = listening.port();
    managementPort = listening.managementPort().orElseThrow();
  }

  static Token token(String text) {
    return ((TokenReading.Usable) TokenSource.of(text).read()).token();
  }

  /** {@code secret} as it is found when it was read now, fresh for five minutes. */
  Found found(Secret secret, CacheState state) {
    return new Found(entry(secret), state);
  }

  CacheEntry entry(Secret secret) {
    var policy =
        new FreshnessPolicy(
            Duration.ofMinutes(5), 0, 0.8, Duration.ofDays(1), Duration.ofSeconds(5));
    return policy.entry(secret, dialect.render(secret), time.instant(), 0);
  }

  /** Makes {@code secret} known under its name. */
  void hold(Secret secret) {
    secrets.answer(secret.name().value(), found(secret, CacheState.HIT));
  }

  /** GET with the token; {@code headers} are names and values in turn. */
  Answer get(String target, String... headers) {
    return send(port, "GET", target, with(headers, "X-KMS-Token", TOKEN));
  }

  Answer send(int to, String method, String target, String... headers) {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to + target))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      var response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.headers().map(), response.body());
    } catch (IOException failed) {
      throw new AssertionError(method + " " + target, failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(method + " " + target, interrupted);
    }
  }

  private static String[] with(String[] headers, String... more) {
    var all = Arrays.copyOf(headers, headers.length + more.length);
    System.arraycopy(more, 0, all, headers.length, more.length);
    return all;
  }

  @Override
  public void close() {
    client.close();
    server.stop(Duration.ZERO);
  }
}
