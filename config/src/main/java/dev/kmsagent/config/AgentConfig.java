package dev.kmsagent.config;

/** Everything the agent was told, complete and valid; absent keys have become their defaults. */
public record AgentConfig(
    ServerConfig server,
    ManagementConfig management,
    KmsConfig kms,
    CacheConfig cache,
    LogConfig log) {}
