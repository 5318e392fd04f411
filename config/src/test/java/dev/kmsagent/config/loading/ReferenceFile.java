package dev.kmsagent.config.loading;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.schema.ConfigKey;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The {@code config.toml} that ships: every key, commented out, with its default and meaning. */
final class ReferenceFile {
  private static final int WIDTH = 96;
  private static final String HEAD =
      """
      # The configuration of the agent.
      #
      # Every key stands here behind a "#", with its default or, where it says so, an example. As it
      # is, this file means the defaults, with the region from ALIBABA_CLOUD_REGION_ID. Remove a "#"
      # to change a value; only the tables' names have to stay.
      #
      # Any key can be overridden by KMS_AGENT_<TABLE>_<KEY>, for example KMS_AGENT_SERVER_HTTPPORT.
      # Any string can be "${ENV:NAME}" or "${FILE:/path}", so that no secret need stand here.
      # "alibabacloud-kms-agent check config.toml" says what is in force and where it comes from.
      """;

  private ReferenceFile() {}

  static String of(AgentConfig.Keys schema) {
    var file = new StringBuilder(HEAD);
    var table = "";
    for (var key : schema.keys()) {
      if (!ReferenceText.tableOf(key).equals(table)) {
        table = ReferenceText.tableOf(key);
        file.append("\n[").append(table).append("]\n");
      }
      var example = ReferenceText.nameOf(key) + " = " + ReferenceText.exampleOf(key);
      file.append('\n').append(comment(key)).append('#').append(example).append('\n');
    }
    return file.toString();
  }

  private static String comment(ConfigKey<?> key) {
    var absent = ReferenceText.defaultOf(key, UnaryOperator.identity());
    var example = ReferenceText.hasDefault(key) ? "" : "Default: " + absent + ". For example:";
    return Stream.concat(wrapped(ReferenceText.sentences(key)), example.lines())
        .map(line -> "# " + line.replace("`", "") + "\n")
        .collect(Collectors.joining());
  }

  private static Stream<String> wrapped(String text) {
    return Pattern.compile("(.{1," + WIDTH + "})( |$)")
        .matcher(text)
        .results()
        .map(line -> line.group(1));
  }
}
