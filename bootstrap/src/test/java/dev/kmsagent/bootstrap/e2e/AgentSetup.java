package dev.kmsagent.bootstrap.e2e;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How an agent is to be started.
 *
 * @param keys its configuration: TOML values by dotted key
 * @param environment its variables, besides those that a shell needs
 */
record AgentSetup(Map<String, String> keys, Map<String, String> environment) {
  AgentSetup {
    keys = new LinkedHashMap<>(keys);
    environment = Map.copyOf(environment);
  }

  /** Takes any free port, and nothing else that is not a default. */
  static AgentSetup defaults() {
    return new AgentSetup(Map.of("Server.HttpPort", "0"), Map.of());
  }

  /** With these lines, e.g. {@code Cache.TtlSeconds = 1}, in place of those with the same keys. */
  AgentSetup with(String lines) {
    var more = new LinkedHashMap<>(keys);
    lines
        .lines()
        .filter(line -> !line.isBlank())
        .map(line -> line.split("=", 2))
        .forEach(parts -> more.put(parts[0].strip(), parts[1].strip()));
    return new AgentSetup(more, environment);
  }

  AgentSetup withVariable(String name, String value) {
    var more = new LinkedHashMap<>(environment);
    more.put(name, value);
    return new AgentSetup(keys, more);
  }

  /** The content of the configuration file. */
  String toml() {
    return keys.entrySet().stream()
        .map(key -> key.getKey() + " = " + key.getValue() + "\n")
        .collect(Collectors.joining());
  }
}
