package dev.kmsagent.adapters.cache.shared;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.redis.RedisConfigs;
import dev.kmsagent.adapters.cache.redis.RedisEntryStore;
import dev.kmsagent.adapters.cache.redis.RedisProbe;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.testkit.SystemCommand;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;
import redis.clients.jedis.UnifiedJedis;

/**
 * The example of a Redis for a development cluster, set up as its README says. The tests take turns
 * on one server, since each looks at what was denied there.
 */
@Execution(ExecutionMode.SAME_THREAD)
class DevClusterTest {
  private static final Pattern COMMANDS = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");
  private static final String OF_THE_CLUSTER = "kubectl";
  private static final Path FOLDER = Path.of("..", "config", "examples", "dev-cluster");

  /** Where an entry of {@code ACL LOG} says what was denied: command or key. */
  private static final int OBJECT = 7;

  private static final String TRIAL = "trial";
  private static final String TRIAL_PASSWORD = "pass-word";

  @TempDir private static Path folder;

  private static RedisProcess redis;
  private static UnifiedJedis admin;

  @BeforeAll
  static void set_up() throws IOException {
    assumeTrue(
        SystemCommand.isThere("openssl"), "openssl, which the README calls, is not installed");
    for (var file : List.of("users.acl", "redis.conf", "README.md")) {
      Files.copy(FOLDER.resolve(file), folder.resolve(file));
    }
    SystemCommand.of("sh", "-eu", "-c", commands()).in(folder).run().outputOfSuccess();
    var settings = folder.resolve("redis.conf");
    var moved = Files.readString(settings).replace("/etc/redis/", made("") + "/");
    redis = RedisProcess.startByFile(Files.writeString(settings, moved));
    admin = admin();
  }

  private static String commands() throws IOException {
    return COMMANDS
        .matcher(Files.readString(folder.resolve("README.md")))
        .results()
        .map(block -> block.group(1))
        .filter(block -> !block.contains(OF_THE_CLUSTER))
        .collect(Collectors.joining());
  }

  private static Path made(String name) {
    return folder.resolve("made").resolve(name);
  }

  private static UnifiedJedis admin() throws IOException {
    return RedisClient.builder()
        .hostAndPort("localhost", redis.tlsPort())
        .clientConfig(
            DefaultJedisClientConfig.builder()
                .protocol(RedisProtocol.RESP2)
                .user("admin")
                .password(Files.readString(made("admin.password")))
                .sslOptions(SslOptions.builder().sslVerifyMode(SslVerifyMode.INSECURE).build())
                .build())
        .build();
  }

  @AfterAll
  static void end() {
    if (redis != null) {
      admin.close();
      redis.close();
    }
  }

  @BeforeEach
  void forget() {
    tell(Protocol.Command.FLUSHALL);
    tell(Protocol.Command.SCRIPT, "FLUSH");
    tell(Protocol.Command.ACL, "LOG", "RESET");
  }

  private static Object tell(Protocol.Command command, String... words) {
    var arguments = new CommandArguments(command);
    Stream.of(words).forEach(arguments::add);
    return admin.executeCommand(arguments);
  }

  private static List<String> denied() {
    return ((List<?>) tell(Protocol.Command.ACL, "LOG"))
        .stream()
            .map(entry -> ((List<?>) entry).get(OBJECT))
            .map(object -> new String((byte[]) object, UTF_8))
            .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"orders", "payments"})
  void an_agent_of_a_team_does_everything_and_nothing_is_denied_to_it(String team)
      throws IOException {
    assertThat(obstacle(team, Files.readString(made(team + ".password")), team)).isEmpty();
    assertThat(denied()).isEmpty();
    assertThat(Base64.getDecoder().decode(Files.readString(made(team + ".key"))))
        .hasSize(SealingKey.LENGTH);
    assertThat(rights(team)).contains("~" + team + ":*").doesNotContain("~*");
    assertThat(Files.readAllLines(FOLDER.resolve(team + ".toml")))
        .contains("Username = \"" + team + "\"", "KeyPrefix = \"" + team + "\"");
  }

  /** Does all that an agent ever does. */
  private static Optional<String> obstacle(String user, String password, String prefix) {
    var settings = RedisConfigs.withPrefix(settings(RedisConfigs.user(user, password)), prefix);
    try (var probe = new RedisProbe(settings, Clocks.of(InstantSource.system()))) {
      return probe.obstacle();
    }
  }

  static Stream<String> commands_of_a_team() {
    return rights("orders").stream().filter(right -> right.startsWith("+"));
  }

  @ParameterizedTest
  @MethodSource("commands_of_a_team")
  void no_right_can_be_left_out(String right) {
    var user = Stream.of("SETUSER", TRIAL, "reset", "on", ">" + TRIAL_PASSWORD);
    var others = rights("orders").stream().filter(other -> !other.equals(right));
    tell(Protocol.Command.ACL, Stream.concat(user, others).toArray(String[]::new));
    var _ = obstacle(TRIAL, TRIAL_PASSWORD, "orders");
    assertThat(denied()).contains(right.replaceFirst("^[+](\\w+).*", "$1"));
  }

  @Test
  void what_one_team_keeps_is_closed_to_the_other_and_to_who_has_no_name() throws IOException {
    var payments = RedisConfigs.user("payments", Files.readString(made("payments.password")));
    assertThat(causeOfRead(payments)).isEqualTo(Cause.FORBIDDEN);
    assertThat(causeOfRead(new Login.Anonymous())).isEqualTo(Cause.DENIED);
  }

  private static Cause causeOfRead(Login login) {
    var clocks = Clocks.of(InstantSource.system());
    try (var store = new RedisEntryStore(settings(login), clocks, Runnable::run)) {
      var read = store.read(new EntryKey("orders:c2:{a}", EntryKey.GONE, "orders:l2:{a}"));
      return ((StoreResult.Failed<?>) EntryStoreContract.result(read)).failure().cause();
    }
  }

  @Test
  void nobody_is_let_in_without_tls() {
    assertThatThrownBy(() -> redis.command("PING")).isInstanceOf(UncheckedIOException.class);
  }

  private static RedisConfig settings(Login login) {
    return RedisConfigs.of(
        new Servers.Standalone(new Address("localhost", redis.tlsPort())),
        login,
        RedisConfigs.trusting(made("ca.pem")),
        RedisConfigs.TIMEOUT);
  }

  /** A command that makes the user on another server, with this password. */
  static String[] make(String user, String password) {
    return Stream.concat(
            Stream.of("ACL", "SETUSER", user, "reset", "on", ">" + password), rights(user).stream())
        .toArray(String[]::new);
  }

  /** What the user may do with which names, each as a word. */
  static List<String> rights(String user) {
    try (var lines = Files.lines(FOLDER.resolve("users.acl"))) {
      return lines
          .filter(line -> line.startsWith("user " + user + " "))
          .flatMap(line -> Stream.of(line.split(" ")))
          .filter(word -> word.matches("[~&+-].*"))
          .toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
