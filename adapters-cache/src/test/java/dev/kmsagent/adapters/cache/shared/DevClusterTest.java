package dev.kmsagent.adapters.cache.shared;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.adapters.cache.crypto.Content;
import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Partition;
import dev.kmsagent.adapters.cache.crypto.Partition.KmsEndpoint;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.adapters.cache.redis.RedisConfigs;
import dev.kmsagent.adapters.cache.redis.RedisEntryStore;
import dev.kmsagent.adapters.cache.redis.RedisProbe;
import dev.kmsagent.adapters.cache.shared.EntryStore.StoreResult;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import dev.kmsagent.domain.Clocks;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.SharedCacheOutcome.Cause;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.SystemCommand;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletionStage;
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
      Files.copy(ExampleUsers.FOLDER.resolve(file), folder.resolve(file));
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
    try (var store = store(settings(team))) {
      useEveryScript(store, team);
      var stored =
          EntryStoreContract.result(store.read(codec(team).key(Secrets.current("app/db"))));
      assertThat(stored.answered().flatMap(EntryStore.StoredEntries::gone)).isPresent();
    }
    assertThat(denied()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"orders", "payments"})
  void the_configuration_of_a_team_fits_its_user(String team) throws IOException {
    assertThat(ExampleUsers.rights(team)).contains("~" + team + ":*");
    assertThat(Files.readAllLines(ExampleUsers.FOLDER.resolve(team + ".toml")))
        .contains("Username = \"" + team + "\"", "KeyPrefix = \"" + team + "\"");
  }

  static Stream<String> rights() {
    return ExampleUsers.rights("orders").stream().filter(right -> right.startsWith("+"));
  }

  @Test
  void the_teams_have_the_same_rights() {
    assertThat(ExampleUsers.rights("payments")).containsAll(rights().toList()).doesNotContain("~*");
  }

  @ParameterizedTest
  @MethodSource("rights")
  void no_right_can_be_left_out(String right) throws IOException {
    tryAs(ExampleUsers.rights("orders").stream().filter(other -> !other.equals(right)).toList());
    assertThat(denied()).contains(right.replaceFirst("^[+](\\w+).*", "$1"));
  }

  @Test
  void no_right_is_missing() throws IOException {
    tryAs(ExampleUsers.rights("orders"));
    assertThat(denied()).isEmpty();
  }

  /** Does all that an agent ever does, as a user with these rights. */
  private static void tryAs(List<String> rights) throws IOException {
    var user = Stream.of("SETUSER", TRIAL, "reset", "on", ">" + TRIAL_PASSWORD);
    tell(Protocol.Command.ACL, Stream.concat(user, rights.stream()).toArray(String[]::new));
    var settings = settings(TRIAL, TRIAL_PASSWORD);
    try (var store = store(settings)) {
      useEveryScript(store, "orders");
      new RedisProbe(
              RedisConfigs.withPrefix(settings, "orders"),
              new SecureRandom(),
              Clocks.of(InstantSource.system()))
          .obstacle();
    }
  }

  private static void useEveryScript(RedisEntryStore store, String team) throws IOException {
    var codec = codec(team);
    var key = codec.key(Secrets.current("app/db"));
    var envelope = codec.seal(key, new Content.Revocation(Instant.now(), Instant.now()));
    var life = Duration.ofMinutes(1);
    var _ = store.claim(key, "holder", life);
    var _ = store.write(key, envelope, life);
    var _ = store.read(key);
    var _ = store.discard(key, envelope);
    var _ = store.revoke(key.gone(), envelope, life, EntryStore.RevokeCondition.ALWAYS);
    var _ = store.release(key, "holder");
  }

  private static EntryCodec codec(String team) throws IOException {
    return new EntryCodec(
        key(team), new Partition(new Principal(team), new KmsEndpoint("cn-hangzhou", "kms")), team);
  }

  @Test
  void what_one_team_keeps_is_closed_to_the_other() throws IOException {
    var key = codec("orders").key(Secrets.current("app/db"));
    try (var store = store(settings("payments"))) {
      assertThat(cause(store.read(key))).isEqualTo(Cause.FORBIDDEN);
      assertThat(cause(store.claim(key, "holder", Duration.ofSeconds(1))))
          .isEqualTo(Cause.FORBIDDEN);
    }
  }

  @Test
  void nobody_is_let_in_without_a_name() {
    var nameless =
        RedisConfigs.of(server(), new Login.Anonymous(), encryption(), RedisConfigs.TIMEOUT);
    try (var store = store(nameless)) {
      var key = new EntryKey("orders:c2:{a}", EntryKey.GONE, "orders:l2:{a}");
      assertThat(cause(store.ping(key))).isEqualTo(Cause.DENIED);
    }
  }

  @Test
  void nobody_is_let_in_without_tls() {
    assertThatThrownBy(() -> redis.command("PING")).isInstanceOf(UncheckedIOException.class);
  }

  private static <T> Cause cause(CompletionStage<StoreResult<T>> exchange) {
    return ((StoreResult.Failed<T>) EntryStoreContract.result(exchange)).failure().cause();
  }

  private static SealingKey key(String team) throws IOException {
    var material = Base64.getDecoder().decode(Files.readString(made(team + ".key")));
    return new SealingKey(material, new SecureRandom());
  }

  private static RedisConfig settings(String team) throws IOException {
    return settings(team, Files.readString(made(team + ".password")));
  }

  private static RedisConfig settings(String user, String password) {
    return RedisConfigs.of(
        server(), RedisConfigs.user(user, password), encryption(), RedisConfigs.TIMEOUT);
  }

  private static RedisEntryStore store(RedisConfig settings) {
    return new RedisEntryStore(settings, Clocks.of(InstantSource.system()), Runnable::run);
  }

  private static Servers server() {
    return new Servers.Standalone(new Address("localhost", redis.tlsPort()));
  }

  private static Tls encryption() {
    return RedisConfigs.trusting(made("ca.pem"));
  }
}
