package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.http.dialect.DialectRenderer;
import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.files.CertificateRotation;
import dev.kmsagent.adapters.http.request.Route;
import dev.kmsagent.adapters.http.request.Route.Access;
import dev.kmsagent.adapters.http.request.SecretRequestParser;
import dev.kmsagent.adapters.http.vault.VaultRoutes;
import dev.kmsagent.config.ListenAddress;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.config.TlsConfig;
import dev.kmsagent.config.loading.ConfigLoader;
import dev.kmsagent.config.loading.ConfigSource;
import dev.kmsagent.config.loading.LoadResult;
import dev.kmsagent.domain.CacheEntry;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.Health;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.Sender;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.event.AgentEvent;
import dev.kmsagent.domain.event.ReadEvent;
import dev.kmsagent.domain.port.in.AdmitCaller;
import dev.kmsagent.domain.port.in.ExposeMetrics;
import dev.kmsagent.domain.port.in.ReportHealth;
import dev.kmsagent.testkit.FakeRetrieval;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.RecordingEvents;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.Unchecked;
import dev.kmsagent.testkit.VirtualTime;
import dev.kmsagent.testkit.http.AgentAnswer;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;

/** A server on free ports, with a fake inside, and its clients. */
final class TestAgent implements AutoCloseable {
  static final String TOKEN = "0123456789abcdef";
  static final String VAULT = "VaultMount = \"secret\"\n";

  static final List<String> PAGES = pages().routes(Access.LOCAL).stream().map(Route::path).toList();

  /** The routes of the main listener, those of Vault among them. */
  static final RouteTable ROUTES =
      RouteTable.ofMain(
          pages(),
          Optional.of(new VaultRoutes("secret", new Operations(), new VirtualTime())),
          "/v1/",
          new SecretRequestParser(Stage::new));

  private static final ListenAddress ANY_PORT =
      new ListenAddress(InetAddress.getLoopbackAddress(), 0);

  final VirtualTime time = new VirtualTime();
  final RecordingEvents events = new RecordingEvents();

  /** The threads that published an event so far, in order. */
  final List<Thread> publishers = new CopyOnWriteArrayList<>();

  final FakeRetrieval secrets = new FakeRetrieval();
  final Operations operations = new Operations();

  /** The first is in force; if there are more, it is replaced each time after it was read. */
  final Queue<ConfidentialText> tokens =
      new ConcurrentLinkedQueue<>(List.of(new ConfidentialText(TOKEN)));

  final AgentHttpServer server;
  final int port;
  final int managementPort;
  private final DialectRenderer renderer;

  TestAgent() {
    this("");
  }

  TestAgent(ResponseType dialect) {
    this(dialect, "");
  }

  TestAgent(ResponseType dialect, String keys) {
    this("ResponseType = " + List.of(ResponseType.values()).indexOf(dialect) + '\n' + keys);
  }

  /** An agent with these keys of {@code [Server]}, which are TOML. */
  TestAgent(String keys) {
    this(keys, Optional.empty());
  }

  /** The agent of a node, which serves these pods. */
  TestAgent(String keys, AdmitCaller pods) {
    this(keys, Optional.of(pods));
  }

  private TestAgent(String keys, Optional<AdmitCaller> pods) {
    var address = "ListenAddress = \"127.0.0.1\"\nHttpPort = 0\n";
    var config = server(address + "AllowedHosts = [\"agent.example\"]\n" + keys);
    var served =
        pods.<AgentHttpServer.Secrets>map(AgentHttpServer.Secrets.OfEachPod::new)
            .orElseGet(() -> new AgentHttpServer.Secrets.OfOneRole(this::readToken, secrets));
    renderer = new DialectRenderer(config);
    server =
        new AgentHttpServer(
            config,
            Optional.of(ANY_PORT),
            new AgentHttpServer.Ports(
                served, operations, operations, this::publish, TestAgent::logged),
            config.tls().map(this::engines),
            time,
            "test");
    var listening = (AgentHttpServer.Start.Listening) server.start();
    port = listening.port();
    managementPort = listening.managementPort().orElseThrow();
  }

  private Supplier<SSLEngine> engines(TlsConfig tls) {
    return new CertificateRotation(tls, events, time.timing(), Runnable::run)::engine;
  }

  /** What was rejected so far, and who had sent it. */
  List<String> rejections() {
    return events.of(ReadEvent.RequestRejected.class).stream()
        .map(it -> it.status() + " " + it.code() + " from " + text(it.sender()))
        .toList();
  }

  private static String text(Sender sender) {
    var known = Stream.of(sender.subject(), sender.role()).flatMap(Optional::stream);
    return Stream.concat(Stream.of(sender.peer()), known)
        .map(Object::toString)
        .collect(Collectors.joining(" "));
  }

  private ConfidentialText readToken() {
    return tokens.size() > 1 ? tokens.remove() : tokens.element();
  }

  private void publish(AgentEvent event) {
    publishers.add(Thread.currentThread());
    events.publish(event);
  }

  /** A server that has nothing, and is not started. */
  static AgentHttpServer bareServer(ServerConfig config, Optional<ListenAddress> management) {
    var operations = new Operations();
    return new AgentHttpServer(
        config,
        management,
        new AgentHttpServer.Ports(
            new AgentHttpServer.Secrets.OfOneRole(
                () -> new ConfidentialText(TOKEN), new FakeRetrieval()),
            operations,
            operations,
            new RecordingEvents(),
            TestAgent::logged),
        Optional.empty(),
        new VirtualTime(),
        "test");
  }

  private static CompletionStage<?> logged() {
    return CompletableFuture.completedStage(null);
  }

  private static StatusPages pages() {
    return new StatusPages(new Operations(), new Operations());
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

  /** Makes {@code secret} known under its name: in the cache. */
  void hold(Secret secret) {
    secrets.answer(secret.name().value(), found(secret, CacheState.HIT));
  }

  /** The same, not in the cache. */
  void give(Secret secret) {
    secrets.answer(secret.name().value(), found(secret, CacheState.MISS));
  }

  /** GET with the token; {@code headers} are names and values in turn. */
  AgentAnswer get(String target, String... headers) {
    var all = Stream.concat(Stream.of(headers), Stream.of("X-KMS-Token", TOKEN));
    return send(port, "GET", target, all.toArray(String[]::new));
  }

  /** The same, over a connection that is open. */
  static AgentAnswer get(ClientConnection client, String target) {
    return Unchecked.get(() -> client.exchange(request(target)).orElseThrow());
  }

  /** GET with the token, and with more lines of the head. */
  static String request(String target, String... fields) {
    var all = Stream.concat(Stream.of("X-KMS-Token: " + TOKEN), Stream.of(fields));
    return ClientConnection.request(target, all.toArray(String[]::new));
  }

  /** Sends the lines of a head as they are, over a connection of its own. */
  AgentAnswer raw(String... head) {
    return raw(port, head);
  }

  AgentAnswer raw(int to, String... head) {
    return ClientConnection.exchange(to, ClientConnection.head(head));
  }

  AgentAnswer send(int to, String method, String target, String... headers) {
    return raw(to, head(method, target, headers));
  }

  /** The head of a request; {@code headers} are names and values in turn. */
  static String[] head(String method, String target, String... headers) {
    var head = new ArrayList<>(List.of(method + " " + target + " HTTP/1.1", "Host: localhost"));
    for (int i = 0; i < headers.length; i += 2) {
      head.add(headers[i] + ": " + headers[i + 1]);
    }
    return head.toArray(String[]::new);
  }

  /** Each kind of rejection that a test has caused must be known, but those of malformed HTTP. */
  @Override
  public void close() {
    server.stop(Duration.ZERO);
    assertThat(events.of(ReadEvent.RequestRejected.class))
        .filteredOn(it -> !it.code().equals("InvalidParameter"))
        .extracting(TestAgent::kind)
        .isSubsetOf(Failure.REJECTIONS.stream().map(TestAgent::kind).toList());
  }

  private static String kind(ReadEvent.RequestRejected rejected) {
    return rejected.status() + " " + rejected.code() + " " + rejected.reason();
  }

  /** Health and metrics with knobs. Thread-safe. */
  static final class Operations implements ReportHealth, ExposeMetrics {
    private volatile Health.Status readiness = Health.Status.UP;
    private volatile CompletableFuture<Boolean> mayRender = CompletableFuture.completedFuture(true);
    private final AtomicInteger renderings = new AtomicInteger();

    void readiness(Health.Status status) {
      readiness = status;
    }

    /** Metrics are not rendered before this is completed. */
    CompletableFuture<Boolean> holdMetrics() {
      mayRender = new CompletableFuture<>();
      return mayRender;
    }

    int renderings() {
      return renderings.get();
    }

    @Override
    public Health liveness() {
      return new Health(Health.Status.UP, Map.of());
    }

    @Override
    public Health startup() {
      return readiness();
    }

    @Override
    public Health readiness() {
      var kms =
          new Health.Dependency(readiness, "KMS answers \"now and then\".")
              .naming(List.of("db: No"));
      var cache = new Health.Dependency(Health.Status.UP, "It holds 3 secrets.");
      return new Health(readiness, Map.of("kms", kms, "cache", cache));
    }

    @Override
    public String contentType() {
      return "text/plain; version=0.0.4; charset=utf-8";
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      renderings.incrementAndGet();
      var _ = Patience.join(mayRender);
      out.write("agent_up 1\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  /** A secret for which everybody waits until it comes. */
  static final class SlowSecret {
    private static final String NAME = "slow";

    private final TestAgent agent;
    private final Semaphore waiting = new Semaphore(0);
    private final CompletableFuture<Retrieval> outcome = new CompletableFuture<>();

    SlowSecret(TestAgent agent) {
      this.agent = agent;
      agent.secrets.answer(
          NAME,
          () -> {
            waiting.release();
            return outcome;
          });
    }

    /** Asks for it over a connection of its own; returns once the request waits inside. */
    ClientConnection ask() throws IOException, InterruptedException {
      var client = new ClientConnection(agent.port);
      client.send(request("/secretsmanager/get?secretId=" + NAME));
      waiting.acquire();
      return client;
    }

    void comes() {
      outcome.complete(agent.found(Secrets.text(NAME, "v1", "value"), CacheState.MISS));
    }
  }
}
