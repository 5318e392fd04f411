package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.schema.ConfigKey;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is said of keys that the agent once had. */
class RemovedKeysTest {
  private static final Map<String, String> REMOVED = new AgentConfig.Keys().removed();

  static Set<String> paths() {
    return REMOVED.keySet();
  }

  @ParameterizedTest
  @MethodSource("paths")
  void the_file_and_the_environment_are_told_what_the_agent_does_instead(String path) {
    var told = "is not a key any more: %s; remove it".formatted(REMOVED.get(path));
    var variable = ConfigKey.variable(path);
    assertThat(Attempt.inHangzhou(path + " = 1\n").messages())
        .containsExactly("config.toml:1: " + path + " " + told);
    assertThat(Attempt.inHangzhou("").with(variable, "1").messages())
        .containsExactly("environment variable " + variable + ": it " + told);
  }
}
