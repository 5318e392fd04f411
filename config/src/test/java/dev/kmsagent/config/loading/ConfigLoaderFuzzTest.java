package dev.kmsagent.config.loading;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.loading.LoadResult.Loaded;
import dev.kmsagent.config.loading.LoadResult.Rejected;
import dev.kmsagent.config.loading.LoadResult.Setting;
import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.TomlValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fuzz target: a configuration file. */
final class ConfigLoaderFuzzTest {
  private static final String SECRET = "hunter2-canary";
  private static final String SECRET_KEY = "\n[KMS]\nAccessKeySecret = \"" + SECRET + "\"\n";

  private static final ConfigLoader LOADER =
      new ConfigLoader(Map.of("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou"), Path.of("/nowhere"));

  public static void fuzzerTestOneInput(byte[] input) {
    var toml = new String(input, UTF_8);
    switch (load(toml)) {
      case Loaded<AgentConfig>(_, var settings) -> assertSame(settings);
      case Rejected<AgentConfig> rejected -> assertSentences(rejected);
    }
    if (load(toml + SECRET_KEY) instanceof Rejected<AgentConfig> rejected) {
      assertSentences(rejected);
    }
  }

  private static LoadResult<AgentConfig> load(String toml) {
    return LOADER.load(new ConfigSource.Text("config.toml", toml));
  }

  /** A file with the values of the file as they are shown has the same values. */
  private static void assertSame(List<Setting> settings) {
    var given = settings.stream().filter(setting -> setting.origin().isLine());
    var shown = lines(given).collect(Collectors.joining("\n"));
    if (!shown.contains("***")) {
      switch (load(shown)) {
        case Loaded<AgentConfig>(_, var again) ->
            assertThat(lines(again.stream()))
                .containsExactlyElementsOf(lines(settings.stream()).toList());
        case Rejected<AgentConfig> rejected -> throw new AssertionError(rejected.toString());
      }
    }
  }

  private static Stream<String> lines(Stream<Setting> settings) {
    return settings.map(setting -> setting.path() + " = " + setting.shownValue());
  }

  /** Each problem is one line without control characters, and none quotes a secret. */
  private static void assertSentences(Rejected<AgentConfig> rejected) {
    for (var problem : rejected.problems()) {
      assertThat(problem.message().chars().noneMatch(Character::isISOControl)).isTrue();
      assertThat(problem.toString()).doesNotContain(SECRET);
      assertThat(problem.message()).doesNotContain(SECRET);
    }
  }

  @Property(tries = 300)
  void it_holds_for_any_pieces_of_toml(@ForAll("pieces") String toml) {
    fuzzerTestOneInput(toml.getBytes(UTF_8));
  }

  @Provide
  Arbitrary<String> pieces() {
    var names = "Server KMS Retry HttpPort OpenSeconds Prefetch";
    var values = "1 - 0.5 true 1979-05-27 ${ENV:X} \0 é \uD83D";
    var signs = "[ ] = . , \" ' { } # \\ \t \n";
    return Arbitraries.of(String.join(" ", names, values, signs).split(" ", -1))
        .list()
        .ofMaxSize(40)
        .map(pieces -> String.join("", pieces));
  }

  @Property(tries = 300)
  void it_holds_for_any_pieces_of_files(@ForAll("piecesOfFiles") String files) {
    var toml = "Files.Directory = '/files'\nFiles.Entries = " + TomlValue.literal(files);
    fuzzerTestOneInput(toml.getBytes(UTF_8));
  }

  @Provide
  Arbitrary<String> piecesOfFiles() {
    return Arbitraries.of(
            "[a]",
            "[a.b]",
            "['..']",
            "\n",
            "secret=",
            "format=",
            "content=",
            "'env'",
            "'a#b'",
            "'",
            "\"\"\"",
            "@{",
            "@@{",
            "@",
            "}",
            "{",
            "#",
            "|",
            "|json}",
            "a",
            ".",
            "=",
            "1",
            "é")
        .list()
        .ofMaxSize(30)
        .map(pieces -> String.join("", pieces));
  }

  @Property(tries = 300)
  void it_holds_for_any_value_of_any_key(@ForAll("paths") String path, @ForAll String value) {
    fuzzerTestOneInput((path + " = " + TomlValue.literal(value)).getBytes(UTF_8));
    var variable = ConfigKey.variable(path);
    if (Attempt.inHangzhou("").with(variable, value).result() instanceof Rejected<AgentConfig> it) {
      assertSentences(it);
    }
  }

  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.of(new AgentConfig.Keys().keys().stream().map(ConfigKey::path).toList());
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void it_holds_for_each_kept_input(Path input) throws IOException {
    fuzzerTestOneInput(Files.readAllBytes(input));
  }

  static List<Path> inputs() throws IOException {
    try (var files = Files.list(TestFiles.path("ConfigLoaderFuzzTestInputs"))) {
      return files.toList();
    }
  }
}
