package dev.kmsagent.bootstrap.e2e;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import dev.kmsagent.testkit.Unchecked;
import dev.kmsagent.testkit.WholeFile;
import dev.kmsagent.testkit.http.AgentAnswer;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit trail of a process, as an auditor reads it. {@code -Dkills=100} kills it so many times
 * in the thorough tests.
 */
final class AuditIT {
  private static final Logger LOG = LoggerFactory.getLogger(AuditIT.class);
  private static final int KILLS = Integer.getInteger("kills", 4);

  /** The second kill is at a start. */
  private static final long SEED = 13;

  private static final int READERS = 8;
  private static final int MOST_READS = 1000;
  private static final String CANARY = "canary-7f3a";
  private static final String PEER = "127.0.0.7";

  @TempDir private Path folder;
  @AutoClose private final TestCloud cloud = TestCloud.start();
  private Path trail;
  private String publicKey = "";

  @BeforeEach
  void createKey() {
    trail = folder.resolve("audit");
    publicKey = program("audit", "key", "--create", keyFile()).outputOfSuccess().strip();
  }

  private Path keyFile() {
    return folder.resolve("key.pem");
  }

  private static SystemCommand.Outcome program(Object... arguments) {
    return SystemCommand.of(Distribution.launcher()).and(arguments).withPathAlone().run();
  }

  private AgentSetup audited(AgentSetup setup, boolean required) {
    return setup.with(
        """
        Log.Audit = true
        Log.AuditPath = "%s"
        Log.AuditKeyFile = "%s"
        Log.AuditRequired = %s
        """
            .formatted(trail, keyFile(), required));
  }

  private List<Path> files() {
    try (var files = Files.list(trail)) {
      return files.filter(it -> it.toString().contains(".jsonl")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<JsonObject> lines() {
    return files().stream()
        .flatMap(AuditIT::textsOf)
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .toList();
  }

  private static Stream<String> textsOf(Path file) {
    try {
      var text = Files.readString(file);
      return text.substring(0, text.lastIndexOf('\n') + 1).lines();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(JsonObject line, String field) {
    return line.has(field) ? line.get(field).getAsString() : "";
  }

  private List<JsonObject> linesOf(String event) {
    return lines().stream().filter(it -> text(it, "event").equals(event)).toList();
  }

  /** The lines of the request with this answer. */
  private List<JsonObject> linesOf(AgentAnswer answer) {
    var id = answer.header("X-Request-Id");
    return lines().stream().filter(it -> text(it, "request_id").equals(id)).toList();
  }

  private JsonObject lineOf(AgentAnswer answer) {
    Patience.assertSoon(() -> linesOf(answer).size() == 1);
    return linesOf(answer).getFirst();
  }

  private SystemCommand.Outcome verify() {
    return program(
        Stream.concat(Stream.of("audit", "verify", "--key", publicKey), files().stream())
            .toArray());
  }

  private void assertWhole() {
    assertThat(verify().outputOfSuccess()).startsWith("Lines 1 to ");
  }

  private static AgentAnswer read(AgentProcess agent, String target, String... fields)
      throws IOException {
    try (var connection = ClientConnection.from(PEER, agent.port())) {
      return connection.exchange(ClientConnection.request(target, fields)).orElseThrow();
    }
  }

  private static String token(String text) {
    return "X-KMS-Token: " + text;
  }

  private String latestCallOf(String secret) {
    return cloud.emulator().calls().latest().stream()
        .filter(call -> call.secretName().equals(secret))
        .map(Call::requestId)
        .reduce((_, last) -> last)
        .orElseThrow();
  }

  private void assertRead(AgentAnswer answer, int status, Map<String, String> fields) {
    assertThat(answer.status()).isEqualTo(status);
    var line = lineOf(answer);
    assertThat(text(line, "event")).isEqualTo("secret_read");
    assertThat(text(line, "peer")).matches("127\\.0\\.0\\.7:\\d+");
    assertThat(fields.keySet().stream().collect(toMap(it -> it, it -> text(line, it))))
        .isEqualTo(fields);
  }

  @Test
  void each_request_for_a_secret_has_its_line_and_no_line_has_a_value() throws Exception {
    var secret = cloud.missingSecret();
    cloud.emulator().secrets().create(secret, CANARY + "1");
    var missing = cloud.missingSecret();
    var tokenFile = Files.writeString(folder.resolve("token"), TestCloud.TOKEN);
    var target = "/secretsmanager/get?secretId=" + secret;
    var setup =
        audited(cloud.setup(), true)
            .withVariable("KMS_TOKEN", "file://" + tokenFile)
            .with("Server.VaultMount = \"kv\"")
            .with("Files.Directory = \"%s\"".formatted(folder.resolve("files")))
            .with("Files.Entries = \"[a]\\nsecret = '%s'\"".formatted(secret));
    try (var agent = AgentProcess.start(setup)) {
      var good = token(TestCloud.TOKEN);
      Patience.assertSoon(() -> !linesOf("secret_read").isEmpty());
      assertThat(text(linesOf("secret_read").getFirst(), "peer")).isEqualTo("files");
      var kept = latestCallOf(secret);
      var read = read(agent, target, good);
      assertRead(
          read,
          200,
          Map.of("version", "v1", "cache", "hit", "kms_request_id", kept, "secret", secret));
      var refreshed = read(agent, target + "&refreshNow=true", good);
      assertRead(
          refreshed, 200, Map.of("outcome", "found", "kms_request_id", latestCallOf(secret)));
      var refused = read(agent, "/secretsmanager/get?secretId=" + missing, good);
      assertRead(refused, 404, Map.of("secret", missing, "kms_request_id", latestCallOf(missing)));
      var vaults = read(agent, "/v1/kv/data/" + secret, good);
      assertRead(vaults, 200, Map.of("version", "v1", "secret", secret));
      var metadata = read(agent, "/v1/kv/metadata/" + secret, good);
      Patience.assertSoon(() -> linesOf(metadata).size() == 2);
      var tag = "If-None-Match: " + read.header("ETag");
      assertRead(read(agent, target, good, tag), 304, Map.of("version", "v1"));

      var rejected = read(agent, target, token("wrong-" + CANARY));
      assertThat(rejected.status()).isEqualTo(403);
      assertThat(text(lineOf(rejected), "event")).isEqualTo("request_rejected");
      assertThat(text(lineOf(rejected), "peer")).isEqualTo(PEER);

      var waiting =
          CompletableFuture.supplyAsync(
              () -> Unchecked.get(() -> read(agent, target, good, tag, "Prefer: wait=60")),
              Thread::startVirtualThread);
      Patience.assertSoon(
          () -> agent.client().get("/metrics").body().contains("kms_agent_waiting_requests 1"));
      cloud.emulator().secrets().put(secret, "v2", CANARY + "2");
      assertThat(read(agent, target + "&refreshNow=true", good).status()).isEqualTo(200);
      assertRead(Patience.join(waiting), 200, Map.of("version", "v2"));

      WholeFile.write(tokenFile, "another-token-0123456789");
      Patience.assertSoon(() -> !linesOf("token_changed").isEmpty());
      assertThat(agent.terminate().exit().status()).isZero();
    }
    var lines = lines();
    assertThat(text(lines.getFirst(), "public_key")).isEqualTo(publicKey);
    assertThat(text(lines.get(1), "event")).isEqualTo("agent_started");
    assertThat(text(lines.get(lines.size() - 2), "event")).isEqualTo("agent_stopped");
    assertThat(text(lines.getLast(), "event")).isEqualTo("signature");
    assertThat(lines.toString()).doesNotContain(CANARY).doesNotContain(TestCloud.TOKEN);
    assertThat(verify().outputOfSuccess())
        .startsWith("Lines 1 to " + lines.size() + " are whole")
        .doesNotContain("cannot be known");
  }

  /** Reads until the agent is gone, which the last read kills; the ids of answers with a secret. */
  private static CompletableFuture<Void> read(
      AgentProcess agent, String target, Queue<String> answered, AtomicInteger untilKill) {
    return CompletableFuture.runAsync(
        () -> {
          try (var connection = new ClientConnection(agent.port())) {
            var request = ClientConnection.request(target, token(TestCloud.TOKEN));
            for (var answer = connection.exchange(request);
                answer.isPresent();
                answer = connection.exchange(request)) {
              if (answer.get().status() == 200) {
                answered.add(answer.get().header("X-Request-Id"));
                if (untilKill.decrementAndGet() == 0) {
                  agent.signal("KILL");
                }
              }
            }
          } catch (IOException killed) {
            assertThat(untilKill).hasNonPositiveValue();
          }
        },
        task -> Thread.ofPlatform().start(task));
  }

  /** Some while it starts, others while it answers, and the first one after the file has rolled. */
  private Queue<String> runAndKill(AgentSetup setup, String secret, SplittableRandom random)
      throws Exception {
    var answered = new ConcurrentLinkedQueue<String>();
    var head = trail.resolve("kms-agent-audit.jsonl");
    var before = Files.exists(head) ? Files.size(head) : 0;
    try (var agent = AgentProcess.begin(setup, Distribution.launcher())) {
      if (random.nextInt(4) == 0 && before > 0) {
        Patience.assertSoon(() -> head.toFile().length() != before);
        agent.signal("KILL");
      } else {
        var _ = agent.listening();
        var untilKill = new AtomicInteger(Integer.MAX_VALUE);
        var target = "/secretsmanager/get?secretId=" + secret;
        var readers =
            IntStream.range(0, READERS)
                .mapToObj(i -> i == 0 ? target + "&refreshNow=true" : target)
                .map(it -> read(agent, it, answered, untilKill))
                .toList();
        Patience.assertSoon(() -> files().size() > 1);
        untilKill.set(1 + random.nextInt(MOST_READS));
        readers.forEach(Patience::join);
      }
      assertThat(agent.exit().status()).isEqualTo(137);
    }
    return answered;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_kill_loses_no_line_that_is_required_and_is_no_tampering(boolean required)
      throws Exception {
    assertSurvives(2, required);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Tag("thorough")
  void many_kills_lose_no_line_that_is_required_and_are_no_tampering(boolean required)
      throws Exception {
    assertSurvives(KILLS, required);
  }

  private void assertSurvives(int kills, boolean required) throws Exception {
    var secret = cloud.newSecret(CANARY);
    var setup = audited(cloud.setup(), required).with("Log.MaxSize = 1");
    var random = new SplittableRandom(SEED);
    var answered = new HashSet<String>();
    try (var agent = AgentProcess.start(setup)) {
      assertThat(agent.terminate().exit().status()).isZero();
    }
    for (int kill = 0; kill < kills; kill++) {
      answered.addAll(runAndKill(setup, secret, random));
      assertThat(verify().status()).as(verify().printed()).isZero();
    }
    var recorded = lines().stream().map(it -> text(it, "request_id")).collect(toSet());
    var missing = new HashSet<>(answered);
    missing.removeAll(recorded);
    LOG.info(
        "{} kills, required {}: {} answers, {} without a line, {} lines, {} files",
        kills,
        required,
        answered.size(),
        missing.size(),
        lines().size(),
        files().size());
    if (required) {
      assertThat(missing).isEmpty();
    }
  }

  @Test
  void a_second_agent_on_the_folder_does_not_start() throws Exception {
    var setup = audited(cloud.setup(), false);
    try (var _ = AgentProcess.start(setup);
        var second = AgentProcess.begin(setup, Distribution.launcher())) {
      var exit = second.exit();
      assertThat(exit.status()).isEqualTo(2);
      assertThat(exit.stderr()).contains("another agent", trail.toString());
    }
  }

  @Test
  void a_full_disk_is_no_tampering() throws Exception {
    Files.createDirectories(trail);
    var mounted = SystemCommand.of("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", trail).run();
    assumeTrue(mounted.status() == 0, "only root may mount");
    try {
      var secret = cloud.newSecret(CANARY);
      fillDisk();
      var setup = audited(cloud.setup(), true);
      try (var agent = AgentProcess.start(setup)) {
        assertThat(agent.client().secret(secret).verdict()).isEqualTo("503 AuditUnavailable");
        Files.delete(trail.resolve("full"));
        Patience.assertSoon(() -> agent.client().secret(secret).status() == 200);
        fillDisk();
        Patience.assertSoon(() -> agent.client().secret(secret).status() == 503);
        agent.signal("KILL").exit();
      }
      try (var agent = AgentProcess.start(setup)) {
        assertThat(agent.client().secret(secret).verdict()).isEqualTo("503 AuditUnavailable");
        Files.delete(trail.resolve("full"));
        Patience.assertSoon(() -> agent.client().secret(secret).status() == 200);
        assertThat(agent.terminate().exit().status()).isZero();
      }
      assertWhole();
      assertThat(linesOf("lines_lost")).isNotEmpty();
    } finally {
      var _ = SystemCommand.of("umount", "-l", trail).run();
    }
  }

  private void fillDisk() {
    var _ = SystemCommand.of("dd", "if=/dev/zero", "of=" + trail.resolve("full"), "bs=64").run();
  }
}
