import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.faults.Fault;
import dev.kmsagent.emulator.faults.FaultRule;
import dev.kmsagent.emulator.roles.Role;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Runs an agent through all that it does in a pod, so that its JVM can note which classes it loads
 * and how they are linked (JEP 514). It has a role by RRSA, and reaches STS and KMS, which are
 * emulated, over TLS. It is asked every kind of question, under load at last, and ended by SIGTERM.
 *
 * <p>Arguments: the launcher of the agent, a folder for what the training needs. The environment is
 * the agent's. An answer that is not the expected one ends the training with an exception.
 */
final class Training {
  private static final String TOKEN = "training-0123456789abcdef";
  private static final int CONNECTIONS = 8;
  private static final Duration LOAD = Duration.ofSeconds(3);
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final String KMS = "kms.cn-hangzhou.aliyuncs.com";
  private static final String STS = "sts.cn-hangzhou.aliyuncs.com";
  private static final String[] GUARD = {"Host: localhost", "X-KMS-Token: " + TOKEN};

  private final KmsEmulator emulator;
  private final int port;
  private final int managementPort;

  private Training(KmsEmulator emulator, int port, int managementPort) {
    this.emulator = emulator;
    this.port = port;
    this.managementPort = managementPort;
  }

  public static void main(String[] args) throws Exception {
    var folder = Path.of(args[1]).toAbsolutePath();
    var tls = EmulatorCertificates.in(folder, "dns:" + KMS + ",dns:" + STS);
    var role = Role.named("trained");
    try (var emulator =
        KmsEmulator.builder().tls(tls.server()).sts(tls.server()).role(role).start()) {
      fill(emulator);
      var token = folder.resolve("oidc-token");
      emulator.oidc().tokenFor("default", "application").writeTo(token);
      var management = freePort();
      var agent = new ProcessBuilder(args[0], "agent", "config.toml").directory(folder.toFile());
      agent.redirectError(folder.resolve("agent.err").toFile());
      var environment = agent.environment();
      var names = " -Djdk.net.hosts.file=" + hosts(folder);
      environment.merge("KMS_AGENT_JAVA_OPTS", names, String::concat);
      environment.put("KMS_TOKEN", "file://" + Files.writeString(folder.resolve("token"), TOKEN));
      environment.put("ALIBABA_CLOUD_ROLE_ARN", emulator.roles().arn("trained"));
      environment.put("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", emulator.oidc().arn());
      environment.put("ALIBABA_CLOUD_OIDC_TOKEN_FILE", token.toString());
      Files.writeString(folder.resolve("config.toml"), config(emulator, tls.caFile(), management));
      var process = agent.start();
      try {
        new Training(emulator, portOf(process), management).train();
        process.destroy();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
          throw new IllegalStateException("the agent did not end well: see " + folder);
        }
      } finally {
        process.destroyForcibly();
      }
    }
  }

  private static void fill(KmsEmulator emulator) {
    emulator.secrets().create("app/dev/secret-1", "x".repeat(160));
    emulator.secrets().create("app/dev/json", "{\"user\": \"app\", \"password\": \"x\"}");
    emulator.secrets().create("app/dev/slow", "value");
    emulator.secrets().create("app/dev/failing", "value");
  }

  /** Names for what is emulated, since names are looked up in a pod. */
  private static Path hosts(Path folder) throws IOException {
    return Files.writeString(
        folder.resolve("hosts"), "127.0.0.1 %s %s%n127.0.0.1 localhost%n".formatted(KMS, STS));
  }

  private static String config(KmsEmulator emulator, Path caFile, int management) {
    return """
        [Server]
        HttpPort = 0
        [Management]
        Port = %d
        [KMS]
        Region = "cn-hangzhou"
        Endpoint = "%s:%d"
        StsEndpoint = "%s:%d"
        CaFile = "%s"
        [Cache]
        CacheType = "InMemory"
        CacheSize = 1000
        TtlSeconds = 2
        [Log]
        LogLevel = "Debug"
        LogPath = "./logs/"
        MaxSize = 100
        MaxBackups = 2
        """
        .formatted(
            management,
            KMS,
            portOf(emulator.endpoint()),
            STS,
            portOf(emulator.sts().endpoint()),
            caFile);
  }

  private static int freePort() throws IOException {
    try (var socket = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static int portOf(Process agent) throws IOException {
    var out = new BufferedReader(new InputStreamReader(agent.getInputStream()));
    var line = out.readLine();
    if (line == null || !line.startsWith("listening on ")) {
      throw new IllegalStateException("the agent does not listen; it says: " + line);
    }
    return portOf(line);
  }

  private static int portOf(String address) {
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  private void train() throws Exception {
    awaitStatus(200, managementPort, "/readyz", "Host: 10.0.0.1");
    askEverything();
    loseKms();
    load();
    awaitStatus(200, port, "/v1/app/dev/failing?refreshNow=true", GUARD);
    askEverything();
    throttle();
  }

  private static void awaitStatus(int status, int port, String target, String... headers)
      throws Exception {
    var end = Instant.now().plus(PATIENCE);
    while (ask(port, "GET", target, headers) != status) {
      if (Instant.now().isAfter(end)) {
        throw new IllegalStateException("no " + status + " from " + target);
      }
      Thread.sleep(50);
    }
  }

  private void askEverything() throws Exception {
    expect(200, "GET", "/ping", "Host: 127.0.0.1");
    expect(200, "GET", "/healthz", "Host: localhost");
    expect(200, "GET", "/readyz", "Host: localhost");
    expect(200, "GET", "/metrics", "Host: localhost");
    if (ask(managementPort, "GET", "/metrics", "Host: 10.0.0.1") != 200) {
      throw new IllegalStateException("no metrics");
    }
    for (int i = 0; i < 3; i++) {
      expect(200, "GET", "/secretsmanager/get?secretId=app/dev/secret-1", GUARD);
      expect(200, "GET", "/secretsmanager/get?secretId=app%2Fdev%2Fjson", GUARD);
      expect(200, "GET", "/v1/app/dev/secret-1", "Host: localhost:2025", "X-Vault-Token: " + TOKEN);
      expect(200, "GET", "/v1/app/dev/json?versionStage=ACSCurrent", GUARD);
      expect(304, "GET", "/v1/app/dev/json", GUARD[0], GUARD[1], "If-None-Match: *");
    }
    expect(200, "GET", "/secretsmanager/get?secretId=app/dev/json&refreshNow=true", GUARD);
    expect(404, "GET", "/v1/app/dev/json?versionId=unknown", GUARD);
    expect(404, "GET", "/v1/absent", GUARD);
    expect(404, "GET", "/nowhere", GUARD);
    expect(400, "GET", "/v1/app/dev/json?unknown=1", GUARD);
    expect(400, "GET", "/v1/app/dev/json", GUARD[0], GUARD[1], "X-Forwarded-For: 10.0.0.1");
    expect(403, "GET", "/v1/app/dev/json", "Host: localhost");
    expect(403, "GET", "/v1/app/dev/json", "Host: elsewhere.example", GUARD[1]);
    expect(405, "POST", "/v1/app/dev/json", GUARD);
  }

  /** What is cached stands in, what is not is refused; then KMS is back. */
  private void loseKms() throws Exception {
    expect(200, "GET", "/v1/app/dev/slow", GUARD);
    var down = new Fault.Failure(503, "ServiceUnavailableTemporary");
    emulator.faults().add(FaultRule.of(down).onSecret("app/dev/failing"));
    expect(502, "GET", "/v1/app/dev/failing", GUARD);
    var slow = new Fault.Latency(Duration.ofSeconds(1));
    emulator.faults().add(FaultRule.of(slow).onSecret("app/dev/slow"));
    Thread.sleep(2500);
    expect(200, "GET", "/v1/app/dev/slow", GUARD);
    expect(200, "GET", "/v1/app/dev/slow", GUARD);
    emulator.faults().clear();
    awaitStatus(200, port, "/v1/app/dev/failing", GUARD);
  }

  /** The last thing: the agent goes slowly for a while. */
  private void throttle() throws IOException {
    emulator.faults().add(FaultRule.of(Fault.throttled()));
    expect(429, "GET", "/v1/app/dev/json?refreshNow=true", GUARD);
  }

  private void load() throws Exception {
    var end = Instant.now().plus(LOAD);
    try (var threads = Executors.newFixedThreadPool(CONNECTIONS)) {
      var loads = new ArrayList<Callable<Void>>();
      for (int i = 0; i < CONNECTIONS; i++) {
        loads.add(() -> load(end));
      }
      for (var load : threads.invokeAll(loads)) {
        load.get();
      }
    }
  }

  private Void load(Instant end) throws IOException {
    try (var connection = new Connection(port)) {
      while (Instant.now().isBefore(end)) {
        for (int i = 0; i < 50; i++) {
          require(200, connection.ask("GET", "/secretsmanager/get?secretId=app/dev/secret-1", GUARD));
          require(200, connection.ask("GET", "/v1/app/dev/json", GUARD));
        }
      }
    }
    return null;
  }

  private void expect(int status, String method, String target, String... headers)
      throws IOException {
    require(status, ask(port, method, target, headers));
  }

  private static int ask(int port, String method, String target, String... headers)
      throws IOException {
    try (var connection = new Connection(port)) {
      return connection.ask(method, target, headers);
    }
  }

  private static void require(int expected, int status) {
    if (status != expected) {
      throw new IllegalStateException(expected + " was expected, not " + status);
    }
  }

  /** A client with one connection. */
  private static final class Connection implements AutoCloseable {
    private final Socket socket;
    private final BufferedInputStream in;

    Connection(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(30_000);
      in = new BufferedInputStream(socket.getInputStream());
    }

    /** Gives the status. */
    int ask(String method, String target, String... headers) throws IOException {
      var head = method + ' ' + target + " HTTP/1.1\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
      var lines = head();
      int length = 0;
      for (var line : lines) {
        if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
          length = Integer.parseInt(line.substring(15).strip());
        }
      }
      in.skipNBytes(length);
      return Integer.parseInt(lines.getFirst().split(" ")[1]);
    }

    private List<String> head() throws IOException {
      var lines = new ArrayList<String>();
      for (var line = line(); !line.isEmpty(); line = line()) {
        lines.add(line);
      }
      return lines;
    }

    private String line() throws IOException {
      var line = new StringBuilder();
      for (int b = in.read(); b != '\n'; b = in.read()) {
        if (b < 0) {
          throw new IOException("the agent closed the connection");
        }
        line.append((char) b);
      }
      return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
