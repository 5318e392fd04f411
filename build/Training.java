import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.emulator.identity.Role;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.BindException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Runs agents through all that they do in production, so that their JVMs list which classes they
 * load and how these are linked. One does what an agent does in a pod: it has a role by RRSA, and
 * reaches STS and KMS, which are emulated, over TLS; it is asked every kind of question, under load
 * at last, and ended by SIGTERM. The others start with the configuration that ships, each with
 * another type of credentials, and read once.
 *
 * <p>Arguments: the launcher of the agent, a folder for what the training needs, in which it leaves
 * a list {@code NAME.classes} of each agent. An answer that is not the expected one ends the
 * training with an exception.
 */
record Training(KmsEmulator emulator, int port, int managementPort) {
  private static final String TOKEN = "training-0123456789abcdef";
  private static final int CONNECTIONS = 8;
  private static final int ROUNDS = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final String KMS = "kms.cn-hangzhou.aliyuncs.com";
  private static final String STS = "sts.cn-hangzhou.aliyuncs.com";
  private static final String[] GUARD = {"X-KMS-Token", TOKEN};
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  public static void main(String[] args) throws Exception {
    var folder = Path.of(args[1]).toAbsolutePath();
    var tls = EmulatorCertificates.in(folder, "dns:" + KMS + ",dns:" + STS);
    var builder = KmsEmulator.builder().tls(tls.server()).sts(tls.server());
    builder.accessKey("trained", "secret").metadata().role(Role.named("trained"));
    try (var emulator = builder.start()) {
      fill(emulator);
      emulator.instance().attachRole("trained");
      emulator.oidc().tokenFor("default", "application").writeTo(folder.resolve("oidc-token"));
      Files.writeString(folder.resolve("token"), TOKEN);
      // Names for what is emulated, since names are looked up in a pod.
      var hosts = "127.0.0.1 %s %s%n127.0.0.1 localhost%n".formatted(KMS, STS);
      Files.writeString(folder.resolve("hosts"), hosts);
      var management = freePort();
      Files.writeString(folder.resolve("config.toml"), config(emulator, tls.caFile(), management));
      var shipped = Path.of(args[0]).resolveSibling("config.toml");
      var runs = new ArrayList<Callable<Void>>();
      for (var way : Way.values()) {
        var config = way == Way.POD ? folder.resolve("config.toml") : shipped;
        var own = Files.createDirectory(folder.resolve(way.name()));
        var made = own.resolve("token").toString();
        var agent = new ProcessBuilder(args[0], "agent", "--make-token", made, config.toString());
        agent.directory(own.toFile()).redirectError(own.resolve("agent.err").toFile());
        agent.environment().keySet().retainAll(List.of("PATH"));
        way.prepare(agent.environment(), emulator, folder);
        runs.add(() -> run(agent, port -> way.train(new Training(emulator, port, management))));
      }
      // The first waits for most of its time, so the others run one after another beside it.
      inThreads(2, runs);
    }
  }

  private static void inThreads(int count, List<Callable<Void>> work) throws Exception {
    try (var threads = Executors.newFixedThreadPool(count)) {
      for (var ended : threads.invokeAll(work)) {
        ended.get();
      }
    }
  }

  private static Void run(ProcessBuilder agent, Work work) throws Exception {
    var process = agent.start();
    try {
      work.with(portOf(process));
      process.destroy();
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException("the agent did not end well: see " + agent.directory());
      }
      return null;
    } finally {
      process.destroyForcibly();
    }
  }

  private interface Work {
    void with(int port) throws Exception;
  }

  /** A way in which agents run. */
  private enum Way {
    POD,
    ACCESS_KEY,
    CHAIN,
    INSTANCE,
    DEFAULT_STS;

    void prepare(Map<String, String> environment, KmsEmulator emulator, Path folder) {
      var options = " -XX:DumpLoadedClassList=" + folder.resolve(name() + ".classes");
      options += " -Djdk.net.hosts.file=" + folder.resolve("hosts");
      environment.put("KMS_TOKEN", "file://" + folder.resolve("token"));
      if (this != POD) {
        environment.put("KMS_AGENT_SERVER_HTTPPORT", "0");
        environment.put("KMS_AGENT_KMS_REGION", "cn-hangzhou");
        environment.put("KMS_AGENT_KMS_ENDPOINT", KMS + ":" + portOf(emulator.endpoint()));
        environment.put("SSL_CERT_FILE", folder.resolve("ca.pem").toString());
      }
      switch (this) {
        case POD, DEFAULT_STS -> {
          environment.put("ALIBABA_CLOUD_ROLE_ARN", emulator.roles().arn("trained"));
          environment.put("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", emulator.oidc().arn());
          environment.put(
              "ALIBABA_CLOUD_OIDC_TOKEN_FILE", folder.resolve("oidc-token").toString());
        }
        case ACCESS_KEY, CHAIN -> {
          environment.put("ALIBABA_CLOUD_ACCESS_KEY_ID", "trained");
          environment.put("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret");
        }
        case INSTANCE -> {
          // The metadata service as behind a proxy, since its address is fixed.
          options += " -Dhttp.proxyHost=127.0.0.1 -Dhttp.nonProxyHosts=localhost|127.*";
          options += " -Dhttp.proxyPort=" + emulator.metadata().port();
          environment.put("KMS_AGENT_KMS_CREDENTIALTYPE", "EcsRamRole");
          environment.put("KMS_AGENT_SERVER_RESPONSETYPE", "2");
          environment.put("KMS_AGENT_SERVER_VAULTMOUNT", "secret");
        }
      }
      if (this == ACCESS_KEY) {
        environment.put("KMS_AGENT_KMS_CREDENTIALTYPE", "AccessKey");
        environment.put("KMS_AGENT_SERVER_RESPONSETYPE", "1");
      }
      environment.put("KMS_AGENT_JAVA_OPTS", options);
    }

    void train(Training agent) throws Exception {
      switch (this) {
        case POD -> agent.train();
        case ACCESS_KEY -> agent.read(200, "/v1/app/dev/json", "X-Aws-Parameters-Secrets-Token");
        case CHAIN -> agent.read(200, "/v1/app/dev/json", "X-KMS-Token");
        case INSTANCE -> agent.read(200, "/v1/secret/data/app/dev/json", "X-Vault-Token");
        case DEFAULT_STS -> agent.read(502, "/v1/app/dev/json", "X-KMS-Token"); // none listens
      }
    }
  }

  private static void fill(KmsEmulator emulator) {
    emulator.secrets().create("app/dev/secret-1", "x".repeat(160));
    emulator.secrets().create("app/dev/json", "{\"user\": \"app\", \"password\": \"x\"}");
    emulator.secrets().create("app/dev/slow", "value");
    emulator.secrets().create("app/dev/failing", "value");
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

  /** None of those that the kernel gives to connections, which could take it before the agent. */
  private static int freePort() throws IOException {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
      try (var socket = new ServerSocket(port)) {
        return socket.getLocalPort();
      } catch (BindException taken) {
        continue;
      }
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
    awaitStatus(200, managementPort, "/readyz", "Host", "10.0.0.1");
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
    while (ask(port, target, headers) != status) {
      if (Instant.now().isAfter(end)) {
        throw new IllegalStateException("no " + status + " from " + target);
      }
      Thread.sleep(50);
    }
  }

  /** On a slow machine the first calls may meet timeouts. */
  private void read(int status, String target, String header) throws Exception {
    awaitStatus(status, port, target, header, TOKEN);
  }

  private void askEverything() throws Exception {
    for (var page : List.of("/ping", "/healthz", "/readyz", "/metrics")) {
      expect(200, page, "Host", "localhost");
      awaitStatus(200, managementPort, page, "Host", "10.0.0.1");
    }
    for (int i = 0; i < 3; i++) {
      expect(200, "/secretsmanager/get?secretId=app/dev/secret-1", GUARD);
      expect(200, "/secretsmanager/get?secretId=app%2Fdev%2Fjson", GUARD);
      expect(200, "/v1/app/dev/secret-1", "Host", "localhost", "X-Vault-Token", TOKEN);
      expect(200, "/v1/app/dev/json?versionStage=ACSCurrent", GUARD);
    }
    expect(200, "/secretsmanager/get?secretId=app/dev/json&refreshNow=true", GUARD);
    expect(404, "/v1/app/dev/json?versionId=unknown", GUARD);
    expect(404, "/v1/absent", GUARD);
    expect(404, "/nowhere", GUARD);
    expect(400, "/v1/app/dev/json?unknown=1", GUARD);
    expect(400, "/v1/app/dev/json", GUARD[0], GUARD[1], "X-Forwarded-For", "10.0.0.1");
    expect(403, "/v1/app/dev/json", "Host", "localhost");
    expect(403, "/v1/app/dev/json", "Host", "elsewhere.example", GUARD[0], GUARD[1]);
  }

  /** What is cached stands in, what is not is refused; then KMS is back. */
  private void loseKms() throws Exception {
    expect(200, "/v1/app/dev/slow", GUARD);
    var down = new Fault.Failure(503, "ServiceUnavailableTemporary");
    emulator.faults().add(FaultRule.of(down).onSecret("app/dev/failing"));
    expect(502, "/v1/app/dev/failing", GUARD);
    var slow = new Fault.Latency(Duration.ofSeconds(1));
    emulator.faults().add(FaultRule.of(slow).onSecret("app/dev/slow"));
    Thread.sleep(2500);
    expect(200, "/v1/app/dev/slow", GUARD);
    expect(200, "/v1/app/dev/slow", GUARD);
    emulator.faults().clear();
    awaitStatus(200, port, "/v1/app/dev/failing", GUARD);
  }

  /** The last thing: the agent goes slowly for a while. */
  private void throttle() throws Exception {
    emulator.faults().add(FaultRule.of(Fault.throttled()).onSecret("app/dev/slow"));
    expect(429, "/v1/app/dev/slow?refreshNow=true", GUARD);
    emulator.faults().clear();
  }

  private void load() throws Exception {
    inThreads(CONNECTIONS, Collections.nCopies(CONNECTIONS, this::readOften));
  }

  private Void readOften() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      expect(200, "/secretsmanager/get?secretId=app/dev/secret-1", GUARD);
      expect(200, "/v1/app/dev/json", GUARD);
    }
    return null;
  }

  private void expect(int status, String target, String... headers) throws Exception {
    var answer = ask(port, target, headers);
    if (answer != status) {
      throw new IllegalStateException(status + " was expected of " + target + ", not " + answer);
    }
  }

  /** Gives the status; headers are names and values in turn. */
  private static int ask(int port, String target, String... headers) throws Exception {
    var uri = URI.create("http://127.0.0.1:" + port + target);
    var request = HttpRequest.newBuilder(uri).headers(headers).build();
    return CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }
}
