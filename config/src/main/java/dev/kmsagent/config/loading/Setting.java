package dev.kmsagent.config.loading;

/**
 * One key as it is in force.
 *
 * @param path the key with its table, {@code Server.HttpPort}
 * @param shownValue the value as TOML writes it, {@code ***} for a secret
 * @param origin where it came from
 */
public record Setting(String path, String shownValue, Origin origin) {}
