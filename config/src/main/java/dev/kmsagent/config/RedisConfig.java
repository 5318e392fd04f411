package dev.kmsagent.config;

import static dev.kmsagent.config.schema.Rule.Condition.given;
import static dev.kmsagent.config.schema.Rule.Condition.is;
import static dev.kmsagent.config.schema.ValueTypes.choice;
import static dev.kmsagent.config.schema.ValueTypes.confidential;
import static dev.kmsagent.config.schema.ValueTypes.flag;
import static dev.kmsagent.config.schema.ValueTypes.millis;
import static dev.kmsagent.config.schema.ValueTypes.text;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.Rule.Condition;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.ValueType;
import dev.kmsagent.config.schema.ValueType.Allowed;
import dev.kmsagent.config.schema.ValueTypes;
import dev.kmsagent.config.schema.Values;
import dev.kmsagent.domain.ConfidentialText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The table {@code [Cache.Redis]}: a cache outside the process, which agents share.
 *
 * @param timeout of each step: to connect, to get a free connection, to get an answer
 */
public record RedisConfig(
    Servers servers, Optional<Login> login, Optional<Tls> tls, Duration timeout, Entries entries) {

  /**
   * Where a server listens.
   *
   * @param host a host name or an IP address, an IPv6 address in brackets
   * @param port 1..65535
   */
  public record Address(String host, int port) {
    /** More than any client needs to find the others; a longer list is taken for a mistake. */
    private static final int MOST = 64;

    private static final Pattern WRITTEN =
        Pattern.compile("(?<host>[^:]+|\\[.+]):(?<port>[1-9][0-9]{0,4})");
    private static final int LAST_PORT = 65535;

    static ValueType<List<Address>> listType() {
      return new ValueType<>(
          TomlValue.Type.LIST,
          new Allowed.Phrase("a list of 1..%d host:port".formatted(MOST)),
          value ->
              ValueTypes.texts(value, TomlValue.Type.LIST)
                  .then(
                      texts ->
                          ValueTypes.each(
                              texts, MOST, Address::parse, "has an item that is not allowed")),
          addresses -> TomlValue.literal(addresses.stream().map(Address::toString).toList()));
    }

    /** Accepts any host, even with an underscore, which a URL may not have. */
    private static Optional<Address> parse(String text) {
      var written = WRITTEN.matcher(text);
      return written.matches()
          ? Optional.of(new Address(written.group("host"), Integer.parseInt(written.group("port"))))
              .filter(address -> address.port <= LAST_PORT && Endpoint.isHost(address.host))
          : Optional.empty();
    }

    /** As the file writes it. */
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /** The servers and how they are discovered. */
  public sealed interface Servers {

    /** One server. */
    record Standalone(Address address) implements Servers {}

    /**
     * A master with replicas that can take its place.
     *
     * @param masterName what the sentinels call it
     * @param addresses of the sentinels, at least one
     */
    record Sentinel(String masterName, List<Address> addresses) implements Servers {

      public Sentinel {
        addresses = List.copyOf(addresses);
      }
    }

    /**
     * Servers that divide the entries among them.
     *
     * @param addresses of some of them, at least one; the others are discovered from them
     */
    record Cluster(List<Address> addresses) implements Servers {

      public Cluster {
        addresses = List.copyOf(addresses);
      }
    }
  }

  /**
   * The login to the servers.
   *
   * @param user of the server's access control lists; without one it is the default user's password
   */
  public record Login(Optional<String> user, ConfidentialText password) {}

  /**
   * The TLS that protects connections.
   *
   * @param caFile authorities that are trusted besides those of the system
   */
  public record Tls(Optional<Path> caFile) {}

  /**
   * What is kept on the servers, and how.
   *
   * @param keyPrefix what the names of all entries begin with
   * @param encryptionKeys one, or a new one and an old one: the first seals, any opens
   * @param localTtl how long a copy in the process counts
   */
  public record Entries(String keyPrefix, List<EncryptionKey> encryptionKeys, Duration localTtl) {

    public Entries {
      encryptionKeys = List.copyOf(encryptionKeys);
    }
  }

  /** The keys of {@code [Cache.Redis]}. */
  static final class Keys extends Table<RedisConfig> {
    private enum Mode {
      STANDALONE,
      SENTINEL,
      CLUSTER
    }

    private final ConfigKey<Mode> mode = key("Mode", choice(Mode.values()), Mode.STANDALONE);
    private final ConfigKey<List<Address>> addresses = key("Addresses", Address.listType());
    private final ConfigKey<String> sentinelMaster =
        key("SentinelMaster", text("letters, digits or ._-", "[A-Za-z0-9._-]+"));
    private final ConfigKey<String> username =
        key("Username", text("a name without spaces", "[^\\s\\p{Cntrl}]+"));
    private final ConfigKey<ConfidentialText> password = key("Password", confidential());
    private final ConfigKey<Boolean> tls = key("Tls", flag(), false);
    private final ConfigKey<Path> caFile = key("CaFile", Authorities.fileType());
    private final ConfigKey<Duration> timeout =
        key("TimeoutMillis", millis(10, 10_000), Duration.ofMillis(500));
    private final ConfigKey<Duration> localTtl =
        key("LocalTtlMillis", millis(0, 60_000), Duration.ofSeconds(1));
    private final ConfigKey<String> keyPrefix =
        key(
            "KeyPrefix",
            text("1..64 letters, digits or ._:-", "[A-Za-z0-9._:-]{1,64}"),
            "kms-agent");
    private final ConfigKey<List<EncryptionKey>> encryptionKey =
        key("EncryptionKey", EncryptionKey.listType());

    /** The keys, given that the cache is in Redis. */
    Keys(Condition inRedis) {
      super("Cache.Redis");
      require(inRedis, List.of(addresses, encryptionKey), "");
      allow("the keys of `[Cache.Redis]` are allowed only with `Redis`", inRedis, keys());
      ofMode(is(mode, Mode.SENTINEL)).forEach(rule -> demand(rule.when(inRedis)));
      ofConnections().forEach(rule -> demand(rule.when(inRedis)));
      demand(Authorities.areIn(caFile));
    }

    private Stream<Rule> ofMode(Condition sentinel) {
      return Stream.of(
          Rule.required(
              "`Cache.Redis.Mode = \"Sentinel\"` requires `Cache.Redis.SentinelMaster`",
              sentinel,
              sentinelMaster),
          Rule.onlyWith(
              "`Cache.Redis.SentinelMaster` is allowed only with `Sentinel`",
              sentinel,
              sentinelMaster),
          Rule.on(
                  "`Cache.Redis.Mode = \"Standalone\"` requires one address in"
                      + " `Cache.Redis.Addresses`",
                  values -> addresses.findIn(values).filter(all -> all.size() > 1).isEmpty(),
                  values ->
                      addresses.problemIn(
                          values,
                          "has more than the one server of Cache.Redis.Mode = \"Standalone\"",
                          "one host:port, or another Cache.Redis.Mode"),
                  addresses)
              .when(is(mode, Mode.STANDALONE)));
    }

    private Stream<Rule> ofConnections() {
      return Stream.of(
          Rule.required(
              "`Cache.Redis.Username` requires `Cache.Redis.Password`", given(username), password),
          Rule.onlyWith(
              "`Cache.Redis.CaFile` is allowed only with `Cache.Redis.Tls = true`",
              is(tls, true),
              caFile));
    }

    @Override
    public RedisConfig build(Values values) {
      return new RedisConfig(
          servers(values),
          password.findIn(values).map(secret -> new Login(username.findIn(values), secret)),
          tls(values),
          timeout.in(values),
          new Entries(keyPrefix.in(values), encryptionKey.in(values), localTtl.in(values)));
    }

    private Optional<Tls> tls(Values values) {
      return tls.in(values)
          ? Optional.of(new Tls(caFile.findIn(values).map(values::resolve)))
          : Optional.empty();
    }

    private Servers servers(Values values) {
      var servers = addresses.in(values);
      return switch (mode.in(values)) {
        case STANDALONE -> new Servers.Standalone(servers.getFirst());
        case SENTINEL -> new Servers.Sentinel(sentinelMaster.in(values), servers);
        case CLUSTER -> new Servers.Cluster(servers);
      };
    }
  }
}
