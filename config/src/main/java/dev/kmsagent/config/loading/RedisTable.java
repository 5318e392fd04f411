package dev.kmsagent.config.loading;

import static dev.kmsagent.config.loading.ConfigKey.optional;
import static dev.kmsagent.config.loading.ConfigKey.ours;
import static dev.kmsagent.config.loading.ConfigKey.unset;

import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.EncryptionKey;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.RedisConfig.Address;
import dev.kmsagent.config.RedisConfig.Login;
import dev.kmsagent.config.RedisConfig.Servers;
import dev.kmsagent.config.RedisConfig.Tls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** {@code [Cache.Redis]}: the keys of {@code CacheType = "Redis"}. */
final class RedisTable implements Table<RedisConfig> {
  /** The server knows how many databases it has: this is against slips alone. */
  private static final int LAST_DATABASE = 1_000_000;

  static final ConfigKey<RedisMode> MODE =
      ours(
          "Cache.Redis.Mode",
          Shapes.word(
              Words.of("Standalone", RedisMode.STANDALONE)
                  .and("Sentinel", RedisMode.SENTINEL)
                  .and("Cluster", RedisMode.CLUSTER)),
          RedisMode.STANDALONE,
          "one server, a master with replicas that sentinels watch, or servers that divide the"
              + " entries among them");
  static final ConfigKey<List<Address>> ADDRESSES =
      optional(
          ConfigKey.Kin.OURS,
          "Cache.Redis.Addresses",
          RedisAddresses.SHAPE,
          unset("none", "[\"redis.example.com:6379\"]"),
          "where the server, the sentinels or some servers of the cluster listen");
  static final ConfigKey<String> SENTINEL_MASTER =
      optional(
          ConfigKey.Kin.OURS,
          "Cache.Redis.SentinelMaster",
          Shapes.text("letters, digits or ._-", name -> name.matches("[A-Za-z0-9._-]+")),
          unset("none", "\"mymaster\""),
          "what the sentinels call the master");
  static final ConfigKey<String> USERNAME =
      optional(
          ConfigKey.Kin.OURS,
          "Cache.Redis.Username",
          Shapes.text("a name without spaces", name -> name.matches("[^\\s\\p{Cntrl}]+")),
          unset("none", "\"kms-agent\""),
          "who logs in with `Password`; the default user where none is given");
  static final ConfigKey<ConfidentialText> PASSWORD =
      optional(
          ConfigKey.Kin.OURS,
          "Cache.Redis.Password",
          Shapes.confidential(),
          unset("none", "\"${FILE:/run/secrets/redis-password}\""),
          "what to log in with");
  static final ConfigKey<Integer> DATABASE =
      ours(
          "Cache.Redis.Database",
          Shapes.whole(0, LAST_DATABASE),
          0,
          "the number of the database; a cluster has 0 alone");
  static final ConfigKey<Boolean> TLS =
      ours("Cache.Redis.Tls", Shapes.flag(), false, "speak to the servers over TLS");
  static final ConfigKey<Path> CA_FILE =
      optional(
          ConfigKey.Kin.OURS,
          "Cache.Redis.CaFile",
          CaFile.SHAPE,
          unset("none", "\"/etc/kms-agent/redis-ca.pem\""),
          "authorities trusted besides the system's, for the servers of Redis");
  static final ConfigKey<Duration> TIMEOUT =
      ours(
          "Cache.Redis.TimeoutMillis",
          Shapes.millis(10, 10_000),
          Duration.ofMillis(500),
          "how long each step may take: to connect, to get a free connection, to be answered");
  static final ConfigKey<Integer> MAX_CONNECTIONS =
      ours(
          "Cache.Redis.MaxConnections",
          Shapes.whole(1, 256),
          8,
          "connections at one time, to each server");
  static final ConfigKey<Duration> LOCAL_TTL =
      ours(
          "Cache.Redis.LocalTtlMillis",
          Shapes.millis(0, 60_000),
          Duration.ofSeconds(1),
          "life of the copy in the process where the server cannot tell that an entry has changed");
  static final ConfigKey<String> KEY_PREFIX =
      ours(
          "Cache.Redis.KeyPrefix",
          Shapes.text(
              "1..64 letters, digits or ._:-", prefix -> prefix.matches("[A-Za-z0-9._:-]{1,64}")),
          "kms-agent",
          "what the names of all entries begin with");
  static final ConfigKey<List<EncryptionKey>> ENCRYPTION_KEY =
      optional(
          ConfigKey.Kin.OURS,
          "Cache.Redis.EncryptionKey",
          EncryptionKeys.SHAPE,
          unset("none", "\"${FILE:/run/secrets/cache-key}\""),
          "what seals entries; of two, the first seals and any opens; `openssl rand -base64 32`"
              + " makes one");

  /** The keys that a cache in Redis cannot do without. */
  static final List<ConfigKey<?>> NEEDED = List.of(ADDRESSES, ENCRYPTION_KEY);

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(
        MODE,
        ADDRESSES,
        SENTINEL_MASTER,
        USERNAME,
        PASSWORD,
        DATABASE,
        TLS,
        CA_FILE,
        TIMEOUT,
        MAX_CONNECTIONS,
        LOCAL_TTL,
        KEY_PREFIX,
        ENCRYPTION_KEY);
  }

  @Override
  public List<Rule> rules() {
    return RedisRules.of(keys());
  }

  @Override
  public RedisConfig assemble(Values values) {
    return new RedisConfig(
        servers(values),
        login(values),
        values.get(TLS) ? new Tls.On(CaFile.trust(CA_FILE, values)) : new Tls.Off(),
        new RedisConfig.Limits(values.get(TIMEOUT), values.get(MAX_CONNECTIONS)),
        new RedisConfig.Entries(
            values.get(KEY_PREFIX), values.get(ENCRYPTION_KEY), values.get(LOCAL_TTL)));
  }

  private static Servers servers(Values values) {
    List<Address> addresses = values.get(ADDRESSES);
    int database = values.get(DATABASE);
    return switch (values.get(MODE)) {
      case STANDALONE -> new Servers.Standalone(addresses.getFirst(), database);
      case SENTINEL -> new Servers.Sentinel(values.get(SENTINEL_MASTER), addresses, database);
      case CLUSTER -> new Servers.Cluster(addresses);
    };
  }

  private static Login login(Values values) {
    return values
        .find(PASSWORD)
        .map(password -> login(values, password))
        .orElseGet(Login.Anonymous::new);
  }

  private static Login login(Values values, ConfidentialText password) {
    return values
        .find(USERNAME)
        .<Login>map(name -> new Login.User(name, password))
        .orElseGet(() -> new Login.Password(password));
  }
}
