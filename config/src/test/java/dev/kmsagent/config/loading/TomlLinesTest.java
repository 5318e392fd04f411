package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.schema.Schema;
import dev.kmsagent.config.toml.TomlLines;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

final class TomlLinesTest {
  private static final Schema SCHEMA = new Schema(new AgentConfig.Keys());

  /** A text with this end is parsed with all its lines. */
  private static final String WITH_QUOTES = "# \"\"\"";

  private static final String WITHOUT_QUOTES = "# ___";

  @Property
  void a_file_means_the_same_without_the_lines_that_say_nothing(
      @ForAll("lines") List<String> lines) {
    var toml = String.join("\n", lines) + "\n";
    assertThat(parse(toml + WITHOUT_QUOTES)).isEqualTo(parse(toml + WITH_QUOTES));
  }

  @Provide
  Arbitrary<List<String>> lines() {
    return Arbitraries.of(
            "",
            "\r",
            " \t",
            "#",
            "  # \u00e9 \uD83D\uDD11",
            "#\ta = 1\r",
            "# \" '",
            "#\u0007",
            "[Server]",
            "[KMS] # of ours",
            "[KMS]\r",
            "[Log",
            "HttpPort = 1",
            "MaxConn = 2 # 3",
            "Region = \"a # b\"",
            "Region = \"a",
            "AllowedHosts = [",
            "  \"a\", # b",
            "  'c'",
            "]",
            "unknown = 1",
            "# ] =",
            "= 1")
        .list()
        .ofMaxSize(12);
  }

  @Example
  void what_looks_like_a_comment_in_a_string_of_several_lines_is_part_of_it() {
    for (var quotes : List.of("\"\"\"", "'''")) {
      var toml = "[KMS]\nRegion = " + quotes + "\n# a\n\n b" + quotes + "\n";
      assertThat(parse(toml).candidates().values())
          .extracting(value -> value.content().shown())
          .containsExactly("\"# a\\n\\n b\"");
    }
  }

  /** A lone carriage return would be an error. */
  @Example
  void tomlj_is_given_no_line_without_content() {
    var lines = TomlLines.withContent("\n# a\r\n[KMS]\r\n\r\n  # b\r\nRegion = \"#\" # c\n#");
    assertThat(lines).isEqualTo(new TomlLines("[KMS]\nRegion = \"#\" # c", List.of(3, 6)));
  }

  private static SourceValues parse(String toml) {
    return TomlParser.parse("config.toml", toml, SCHEMA);
  }
}
