package dev.kmsagent.bootstrap.e2e;

import dev.kmsagent.testkit.FreePort;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How an agent is to be started.
 *
 * @param keys its configuration: TOML values by dotted key
 * @param environment its variables, besides those that a shell needs
 */
public record AgentSetup(Map<String, String> keys, Map<String, String> environment) {
  public AgentSetup {
    keys = new LinkedHashMap<>(keys);
    environment = Map.copyOf(environment);
  }

  /** Takes any free port; nothing else is given. */
  public static AgentSetup plain() {
    return new AgentSetup(Map.of("Server.HttpPort", "0"), Map.of());
  }

  /** The same on a JVM that is ready soon, for a short life. */
  static AgentSetup defaults() {
    return plain().withJavaOptions("-XX:TieredStopAtLevel=1");
  }

  public AgentSetup withJavaOptions(String options) {
    return withVariable("KMS_AGENT_JAVA_OPTS", options);
  }

  /** With these lines, e.g. {@code Cache.TtlSeconds = 1}, in place of those with the same keys. */
  public AgentSetup with(String lines) {
    var more = new LinkedHashMap<>(keys);
    lines
        .lines()
        .filter(line -> !line.isBlank())
        .map(line -> line.split("=", 2))
        .forEach(parts -> more.put(parts[0].strip(), parts[1].strip()));
    return new AgentSetup(more, environment);
  }

  public AgentSetup withVariable(String name, String value) {
    var more = new LinkedHashMap<>(environment);
    more.put(name, value);
    return new AgentSetup(keys, more);
  }

  /** With a management listener on a free port. */
  public AgentSetup withManagement() {
    return with("Management.Port = " + FreePort.next());
  }

  /**
   * With a wall clock that is off by what this file says, by libfaketime; the monotonic clock stays
   * right, since waits by it would hang if it were corrected.
   */
  public AgentSetup withClock(Path offset) {
    var more = new HashMap<>(environment);
    more.putAll(clock(offset));
    return new AgentSetup(keys, more);
  }

  /** The variables of a process whose wall clock is as this file says. */
  static Map<String, String> clock(Path file) {
    return Map.of(
        "LD_PRELOAD", faketime().orElseThrow().toString(),
        "FAKETIME_TIMESTAMP_FILE", file.toString(),
        "FAKETIME_DONT_FAKE_MONOTONIC", "1",
        "FAKETIME_FORCE_MONOTONIC_FIX", "0",
        "FAKETIME_NO_CACHE", "1");
  }

  /** With a cache that outlives the agent, in this folder. */
  public AgentSetup withCacheIn(Path folder) {
    return with(
        """
        Cache.CacheType = "File"
        Cache.File.Path = "%s"
        Cache.File.EncryptionKey = "%s="
        """
            .formatted(folder, "A".repeat(43)));
  }

  /** With the Redis at this port as its cache, which has all the time that a busy machine needs. */
  public AgentSetup withRedis(int port) {
    return with(
        """
        Cache.CacheType = "Redis"
        Cache.Redis.Addresses = ["127.0.0.1:%d"]
        Cache.Redis.TimeoutMillis = 10000
        Cache.Redis.EncryptionKey = "%s="
        """
            .formatted(port, "A".repeat(43)));
  }

  /** Why a test that sets a clock is skipped. */
  static final String NO_FAKETIME = "there is no libfaketime here: build/tools gets it on Debian";

  /** The library that {@code build/tools} gets on Debian. */
  static Optional<Path> faketime() {
    return Stream.of(new File("/usr/lib").list())
        .map(folder -> Path.of("/usr/lib", folder, "faketime/libfaketimeMT.so.1"))
        .filter(Files::exists)
        .findFirst();
  }

  /** The port of the management listener. */
  public int managementPort() {
    return Integer.parseInt(Objects.requireNonNull(keys.get("Management.Port")));
  }

  /** The content of the configuration file. */
  public String toml() {
    return keys.entrySet().stream()
        .map(key -> key.getKey() + " = " + key.getValue() + "\n")
        .collect(Collectors.joining());
  }
}
