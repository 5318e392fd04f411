package dev.kmsagent.config;

import static dev.kmsagent.config.schema.ConfigKey.DefaultValue.unset;
import static dev.kmsagent.config.schema.ValueTypes.address;
import static dev.kmsagent.config.schema.ValueTypes.whole;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.Values;
import java.net.InetAddress;
import java.util.Optional;

/**
 * The whole configuration, complete and valid; absent keys have their defaults.
 *
 * @param management where health and metrics are served besides the main listener
 * @param files that are written, if any
 */
public record AgentConfig(
    ServerConfig server,
    Optional<ListenAddress> management,
    KmsConfig kms,
    CacheConfig cache,
    Optional<FilesConfig> files,
    LogConfig log) {

  /** All keys of {@code config.toml}. */
  public static final class Keys extends Table<AgentConfig> {
    private final ServerConfig.Keys server = include(new ServerConfig.Keys());
    private final ManagementKeys management = include(new ManagementKeys());
    private final KmsConfig.Keys kms = include(new KmsConfig.Keys());
    private final CacheConfig.Keys cache = include(new CacheConfig.Keys(kms.credentials()));
    private final FilesKeys files = include(new FilesKeys(kms.credentials()));
    private final LogConfig.Keys log = include(new LogConfig.Keys());

    public Keys() {
      super("");
      demand(Authorities.areInBundle(), server.areFilesUsable());
    }

    /** The table {@code [Server]}, which a client of the agent reads alone. */
    public Table<ServerConfig> server() {
      return server;
    }

    @Override
    public AgentConfig build(Values values) {
      return new AgentConfig(
          server.build(values),
          management.build(values),
          kms.build(values),
          cache.build(values),
          files.build(values),
          log.build(values));
    }
  }

  /**
   * The table {@code [Management]}: the listener for health and metrics, on when a port is given.
   */
  private static final class ManagementKeys extends Table<Optional<ListenAddress>> {
    private final ConfigKey<InetAddress> address =
        key("Address", address(), InetAddress.ofLiteral("0.0.0.0"));
    private final ConfigKey<Integer> port = key("Port", whole(1, 65535), unset("off"));

    ManagementKeys() {
      super("Management");
    }

    @Override
    public Optional<ListenAddress> build(Values values) {
      return port.findIn(values).map(number -> new ListenAddress(address.in(values), number));
    }
  }
}
