package dev.kmsagent.config.loading;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.loading.LoadResult.Rejected;
import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Problem;
import dev.kmsagent.config.schema.TomlValue;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.NumericChars;
import net.jqwik.api.constraints.StringLength;

/** What holds for any text. */
class LoadingPropertiesTest {

  @Property(tries = 300)
  void any_pieces_of_toml_are_loaded_or_rejected_in_single_lines(@ForAll("pieces") String toml) {
    ConfigLoaderFuzzTest.fuzzerTestOneInput(toml.getBytes(UTF_8));
  }

  @Property(tries = 300)
  void any_value_of_any_key_is_loaded_or_rejected(
      @ForAll("paths") String path, @ForAll String value) {
    var toml = path + " = " + TomlValue.literal(value);
    ConfigLoaderFuzzTest.fuzzerTestOneInput(toml.getBytes(UTF_8));
    var result = Attempt.inHangzhou("").with(ConfigKey.variable(path), value).result();
    if (result instanceof Rejected<AgentConfig>(List<Problem> problems)) {
      assertThat(problems).allMatch(problem -> problem.message().lines().count() == 1);
    }
  }

  @Property(tries = 200)
  void a_secret_is_never_shown_however_it_is_written_down(
      @ForAll @AlphaChars @NumericChars @StringLength(min = 12, max = 30) String secret,
      @ForAll("secretPaths") String path,
      @ForAll("writings") String writing) {
    Attempt attempt = Attempt.inHangzhou(path + " " + writing.formatted(secret));

    assertThat(attempt.result().toString()).doesNotContain(secret);
    assertThat(attempt.withRedis().result().toString()).doesNotContain(secret);
  }

  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.of(new AgentConfig.Keys().keys().stream().map(ConfigKey::path).toList());
  }

  @Provide
  Arbitrary<String> secretPaths() {
    return Arbitraries.of(
        new AgentConfig.Keys()
            .keys().stream()
                .filter(key -> key.type().confidential())
                .map(ConfigKey::path)
                .toList());
  }

  @Provide
  Arbitrary<String> writings() {
    return Arbitraries.of(
        "= \"%s\"\n",
        "= %s\n", "= '%s\n", "= 5 %s\n", "%s\n", "= \"\"\"\n%s", "= ['%s'\n", "= {a='%s'}");
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
}
