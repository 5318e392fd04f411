package dev.kmsagent.config;

import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.Values;

/** The whole configuration, complete and valid; absent keys have their defaults. */
public record AgentConfig(
    ServerConfig server,
    ManagementConfig management,
    KmsConfig kms,
    CacheConfig cache,
    LogConfig log) {

  /** All keys of {@code config.toml}. */
  public static final class Keys extends Table<AgentConfig> {
    private final ServerConfig.Keys server = include(new ServerConfig.Keys());
    private final ManagementConfig.Keys management = include(new ManagementConfig.Keys());
    private final KmsConfig.Keys kms = include(new KmsConfig.Keys());
    private final CacheConfig.Keys cache = include(new CacheConfig.Keys());
    private final LogConfig.Keys log = include(new LogConfig.Keys());

    public Keys() {
      super("");
      demand(kms.principalIsNamed(cache.inRedis()));
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
          log.build(values));
    }
  }
}
