package dev.kmsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The container of the agent that the chart adds to a pod. */
final class InjectedContainer {
  private static final Path MANIFEST = Path.of("../deploy/kubernetes/rendered/sidecarset.yaml");

  /** What stands before the command that makes the token. */
  private static final Pattern DIALECTS =
      Pattern.compile(
          "(?s)case \\$\\{KMS_INJECTED_DIALECT:-} in.*?(?=\\./alibabacloud-kms-agent token)");

  private InjectedContainer() {}

  /** What its command sets for a dialect, before it starts the agent. */
  static Map<String, String> variables(String dialect) {
    try {
      var script = DIALECTS.matcher(Files.readString(MANIFEST));
      assertThat(script.find()).as("%s has dialects", MANIFEST).isTrue();
      return SystemCommand.of("sh", "-c", script.group() + "env")
          .withPathAlone()
          .with("KMS_INJECTED_DIALECT", dialect)
          .run()
          .outputOfSuccess()
          .lines()
          .filter(line -> line.startsWith("KMS_AGENT_"))
          .map(line -> line.split("=", 2))
          .collect(Collectors.toMap(name -> name[0], value -> value[1]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
