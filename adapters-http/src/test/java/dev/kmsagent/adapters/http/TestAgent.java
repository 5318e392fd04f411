package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.DialectRenderer;
import dev.kmsagent.adapters.http.dialect.Dialects;
import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.ListenAddress;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.config.loading.ConfigLoader;
import dev.kmsagent.config.loading.ConfigSource;
import dev.kmsagent.config.loading.LoadResult;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.port.AgentEvent;
import dev.kmsagent.domain.port.SecretRenderer;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/** A server on free ports, with a fake inside, and a client of it. */
final class TestAgent implements AutoCloseable {
  static final String TOKEN = "0123456789abcdef";
  private static final ListenAddress ANY_PORT =
      new ListenAddress(InetAddress.getLoopbackAddress(), 0);

  final VirtualTime time = new VirtualTime();
  final RecordingEvents events = new RecordingEvents();

  /** The threads that published an event so far, in order. */
  final List<Thread> publishers = new CopyOnWriteArrayList<>();

  final FakeRetrieval secrets = new FakeRetrieval();
  final FakeOperations operations = new FakeOperations();
  final AtomicReference<ConfidentialText> token =
      new AtomicReference<>(new ConfidentialText(TOKEN));

  /** Tokens of rotations: the next one comes into force each time after the token was read. */
  final Queue<ConfidentialText> rotations = new ConcurrentLinkedQueue<>();

  final AgentHttpServer server;
  final int port;
  final int managementPort;
  private final SecretRenderer renderer;
  private final HttpClient client = HttpClient.newHttpClient();

  TestAgent() {
    this(ResponseType.KMS);
  }

  TestAgent(ResponseType dialect) {
    this(dialect, "/v1/", 100);
  }

  TestAgent(ResponseType dialect, String pathPrefix, int maxConn) {
    this(server(ANY_PORT, dialect, pathPrefix, maxConn));
  }

  /** An agent for clients of Vault, with the mount {@code secret}; {@code keys} are TOML. */
  static TestAgent ofVault(String keys) {
    return new TestAgent(
        server(
            ANY_PORT, ResponseType.HASHICORP_KV, "/v1/", 100, "VaultMount = \"secret\"\n" + keys));
  }

  /** An agent in another dialect with the same mount of Vault beside it. */
  static TestAgent withVaultBeside(ResponseType dialect) {
    return new TestAgent(server(ANY_PORT, dialect, "/v1/", 100, "VaultMount = \"secret\""));
  }

  private TestAgent(ServerConfig config) {
    renderer =
        new DialectRenderer(Dialects.of(config), Dialects.ofVaultBeside(config), new Random(1));
    server =
        new AgentHttpServer(
            new AgentHttpServer.Config(config, Optional.of(ANY_PORT)),
            new AgentHttpServer.Ports(
                new AgentHttpServer.Secrets.OfOneRole(this::readToken, secrets),
                operations,
                operations,
                this::publish),
            time,
            "test");
    var listening = (AgentHttpServer.Start.Listening) server.start();
    port = listening.port();
    managementPort = listening.managementPort().orElseThrow();
  }

  private ConfidentialText readToken() {
    var next = rotations.poll();
    return next == null ? token.get() : token.getAndSet(next);
  }

  private void publish(AgentEvent event) {
    publishers.add(Thread.currentThread());
    events.publish(event);
  }

  /** A server that has nothing, and is not started. */
  static AgentHttpServer bareServer(ServerConfig config, Optional<ListenAddress> management) {
    var operations = new FakeOperations();
    return new AgentHttpServer(
        new AgentHttpServer.Config(config, management),
        new AgentHttpServer.Ports(
            new AgentHttpServer.Secrets.OfOneRole(
                () -> new ConfidentialText(TOKEN), new FakeRetrieval()),
            operations,
            operations,
            new RecordingEvents()),
        new VirtualTime(),
        "test");
  }

  static ServerConfig server(
      ListenAddress listen, ResponseType dialect, String pathPrefix, int maxConn) {
    return server(listen, dialect, pathPrefix, maxConn, "");
  }

  private static ServerConfig server(
      ListenAddress listen, ResponseType dialect, String pathPrefix, int maxConn, String keys) {
    return server(
        """
        ListenAddress = "%s"
        HttpPort = %d
        AllowRemote = true
        AllowedHosts = ["agent.example"]
        PathPrefix = "%s"
        ResponseType = %d
        MaxConn = %d
        %s
        """
            .formatted(
                listen.address().getHostAddress(),
                listen.port(),
                pathPrefix,
                List.of(ResponseType.values()).indexOf(dialect),
                maxConn,
                keys));
  }

  /** The table {@code [Server]} with the keys of {@code toml}. */
  static ServerConfig server(String toml) {
    var loader = new ConfigLoader(Map.of(), Path.of(""));
    return switch (loader.loadServer(new ConfigSource.Text("test", "[Server]\n" + toml))) {
      case LoadResult.Loaded<ServerConfig>(var server, _) -> server;
      case LoadResult.Rejected<ServerConfig>(var problems) ->
          throw new AssertionError(problems.toString());
    };
  }

  /** {@code secret} as it is found when it was read now, fresh for five minutes. */
  Found found(Secret secret, CacheState state) {
    return new Found(entry(secret), state);
  }

  CacheEntry entry(Secret secret) {
    var policy = new FreshnessPolicy(Duration.ofMinutes(5), 0, 0.8, Duration.ofDays(1));
    return policy.entry(secret, renderer.render(secret), time.instant(), 0);
  }

  /** Makes {@code secret} known under its name. */
  void hold(Secret secret) {
    secrets.answer(secret.name().value(), found(secret, CacheState.HIT));
  }

  /** GET with the token; {@code headers} are names and values in turn. */
  Answer get(String target, String... headers) {
    return send(port, "GET", target, with(headers, "X-KMS-Token", TOKEN));
  }

  /** GET with the token and the target as it is: clients' libraries normalise targets. */
  Answer rawGet(String target) throws IOException {
    try (var raw = new RawClient(port)) {
      return raw.get(target);
    }
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
