package dev.kmsagent.adapters.cache.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
  /** Where an entry of {@code ACL LOG} says what was denied: command or key. */
  private static final int OBJECT = 7;

  private static final String TRIAL = "trial";
  private static final String TRIAL_PASSWORD = "pass-word";

  @TempDir private static Path folder;

  private static DevCluster example;
  @AutoClose private static RedisProcess redis;
  @AutoClose private static UnifiedJedis admin;

  @BeforeAll
  static void set_up() throws IOException {
    example = DevCluster.in(folder);
    var settings = folder.resolve("redis.conf");
    var moved = Files.readString(settings).replace("/etc/redis/", example.made("") + "/");
    redis = RedisProcess.startByFile(Files.writeString(settings, moved));
    admin = admin();
  }

  private static UnifiedJedis admin() throws IOException {
    return RedisClient.builder()
        .hostAndPort("localhost", redis.tlsPort())
        .clientConfig(
            DefaultJedisClientConfig.builder()
                .protocol(RedisProtocol.RESP2)
                .timeoutMillis((int) Patience.limit().toMillis())
                .user("admin")
                .password(Files.readString(example.made("admin.password")))
                .sslOptions(SslOptions.builder().sslVerifyMode(SslVerifyMode.INSECURE).build())
                .build())
        .build();
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
    assertThat(obstacle(settings(example.login(team), team))).isEmpty();
    assertThat(denied()).isEmpty();
    assertThat(Base64.getDecoder().decode(Files.readString(example.made(team + ".key"))))
        .hasSize(SealingKey.LENGTH);
    assertThat(rights(team)).contains("~" + team + ":*").doesNotContain("~*");
    assertThat(Files.readAllLines(DevCluster.EXAMPLE.resolve(team + ".toml")))
        .contains("Username = \"" + team + "\"", "KeyPrefix = \"" + team + "\"");
  }

  /** Does all that an agent ever does. */
  private static Optional<String> obstacle(RedisConfig settings) {
    try (var probe = RedisConfigs.probe(settings)) {
      return probe.obstacle();
    }
  }

  private static RedisConfig settings(Optional<Login> login, String prefix) {
    return example.settings(redis.tlsPort(), login, prefix);
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
    var _ = obstacle(settings(RedisConfigs.user(TRIAL, TRIAL_PASSWORD), "orders"));
    assertThat(denied()).contains(right.replaceFirst("^[+](\\w+).*", "$1"));
  }

  @Test
  void what_one_team_keeps_is_closed_to_the_other_and_to_who_has_no_name() throws IOException {
    assertThat(causeOfRead(example.login("payments"))).isEqualTo(Cause.FORBIDDEN);
    assertThat(causeOfRead(Optional.empty())).isEqualTo(Cause.DENIED);
  }

  private static Cause causeOfRead(Optional<Login> login) {
    try (var store = RedisConfigs.open(settings(login, "orders"))) {
      var ofOrders = new EntryKey("orders", "a", EntryKey.GONE);
      return RedisConfigs.failure(store.read(ofOrders));
    }
  }

  @Test
  void nobody_is_let_in_without_tls() {
    assertThatThrownBy(() -> redis.command("PING")).isInstanceOf(UncheckedIOException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, false, unable to find valid certification path",
    "127.0.0.1, true, No subject alternative names matching IP address 127.0.0.1"
  })
  void a_certificate_is_not_accepted_of_another_authority_or_host(
      String host, boolean isKnown, String reason) {
    var servers = new Servers.Standalone(new Address(host, redis.tlsPort()));
    var authorities = isKnown ? Optional.of(example.made("ca.pem")) : Optional.<Path>empty();
    var tls = Optional.of(new Tls(authorities));
    assertThat(
            obstacle(RedisConfigs.of(servers, Optional.empty(), tls, RedisConfigs.TIMEOUT))
                .orElseThrow())
        .contains(reason, "CaFile");
  }

  /** What the user may do with which names, each as a word. */
  private static List<String> rights(String user) {
    try (var lines = Files.lines(DevCluster.EXAMPLE.resolve("users.acl"))) {
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
