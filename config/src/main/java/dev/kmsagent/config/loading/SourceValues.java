package dev.kmsagent.config.loading;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Origin;
import dev.kmsagent.config.schema.Problem;
import dev.kmsagent.config.schema.Schema;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.Values.Value;
import dev.kmsagent.domain.Parsed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The values that one source gives, unchecked, and what is wrong with the source itself.
 *
 * @param candidates by the paths of their keys
 * @param complete whether the source could be read and parsed
 */
record SourceValues(
    Map<String, Value<TomlValue>> candidates, List<Problem> problems, boolean complete) {
  /**
   * Variables with our prefix that are not keys, with their values: the launcher's, and those that
   * Kubernetes sets in every pod when the name of a service begins with kms-agent. The value tells
   * a service's port from that of a key.
   */
  private static final Pattern FOREIGN =
      Pattern.compile(
          "KMS_AGENT_(JAVA_OPTS=|HEAP=|PORT=|([^=]+_)?PORT=(tcp|udp|sctp)://|"
              + "([^=]+_)?(SERVICE_HOST=|SERVICE_PORT[_=]|PORT_[0-9]+_(TCP|UDP|SCTP)[_=])).*",
          Pattern.DOTALL);

  SourceValues {
    candidates = Map.copyOf(candidates);
    problems = List.copyOf(problems);
  }

  Optional<Value<TomlValue>> of(ConfigKey<?> key) {
    return Optional.ofNullable(candidates.get(key.path()));
  }

  /** The same values, with only those problems that they have themselves. */
  SourceValues withoutProblems() {
    return new SourceValues(candidates, List.of(), complete);
  }

  /** A source that cannot be read. */
  static SourceValues unreadable(List<Problem> problems) {
    return new SourceValues(Map.of(), problems, false);
  }

  /** The environment variables that override keys. */
  static SourceValues ofEnvironment(Map<String, String> environment, Schema schema) {
    var candidates = new HashMap<String, Value<TomlValue>>();
    var problems = new ArrayList<Problem>();
    new TreeMap<>(environment)
        .forEach(
            (variable, text) -> {
              if (variable.startsWith(ConfigKey.PREFIX)
                  && !FOREIGN.matcher(variable + "=" + text).matches()) {
                var origin = Origin.variable(variable);
                var known = schema.byVariable(variable);
                if (known instanceof Parsed.Valid<ConfigKey<?>>(var key)) {
                  var value = key.type().toml().ofVariable(text);
                  candidates.put(key.path(), new Value<>(value, origin));
                } else if (known instanceof Parsed.Invalid<ConfigKey<?>>(var wrong)) {
                  problems.add(new Problem(origin, "it", wrong));
                }
              }
            });
    return new SourceValues(candidates, problems, true);
  }
}
