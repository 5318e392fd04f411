package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.loading.LoadResult.Setting;
import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Origin;
import dev.kmsagent.config.schema.Problem;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for each key there is. */
class EveryKeyTest {

  static Stream<ConfigKey<?>> keys() {
    return new AgentConfig.Keys().keys().stream();
  }

  static Stream<KeySample> samples() {
    return keys().flatMap(KeySample::of);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void a_good_value_is_taken_from_the_file_and_from_the_variable(KeySample it) {
    var key = it.key();
    var shown = key.type().confidential() ? "***" : it.good();

    assertThat(file(key, it.good()).setting(key.path()))
        .isEqualTo(new Setting(key.path(), shown, Origin.line("config.toml", 2)));
    assertThat(variable(key, it.good()).setting(key.path()))
        .isEqualTo(new Setting(key.path(), shown, Origin.variable(key.variable())));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void a_bad_value_in_the_file_or_in_the_variable_is_the_one_problem(KeySample it) {
    assertOneProblem(file(it.key(), it.bad()), it.key(), Origin.line("config.toml", 2));
    assertOneProblem(variable(it.key(), it.bad()), it.key(), Origin.variable(it.key().variable()));
  }

  private static void assertOneProblem(Attempt attempt, ConfigKey<?> key, Origin origin) {
    assertThat(attempt.problems()).hasSize(1);
    Problem problem = attempt.problems().getFirst();
    assertThat(problem.subject()).isEqualTo(key.path());
    assertThat(problem.origin()).isEqualTo(origin);
    assertThat(problem.found()).isNotEmpty();
    assertThat(problem.allowed()).isEqualTo(key.type().allowed().describe());
  }

  @ParameterizedTest
  @MethodSource("keys")
  void a_value_of_another_type_is_a_problem_that_says_what_was_found(ConfigKey<?> key) {
    assertThat(file(key, "1979-05-27").problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.wrong()).isEqualTo("must be " + key.type().toml().kind());
              assertThat(problem.found()).isEqualTo("a date or time");
            });
  }

  @ParameterizedTest
  @MethodSource("keysWithDefault")
  void a_default_is_a_value_that_the_key_would_take(ConfigKey<?> key) {
    assertThat(file(key, ReferenceText.exampleOf(key)).setting(key.path()).shownValue())
        .isEqualTo(
            KeySample.complete(key, Attempt.inHangzhou("")).setting(key.path()).shownValue());
  }

  static Stream<ConfigKey<?>> keysWithDefault() {
    return keys().filter(ReferenceText::hasDefault);
  }

  @Test
  void there_are_64_addresses_of_redis_at_most() {
    var toml = "[Cache.Redis]\nMode = \"Cluster\"\n";
    var attempt = Attempt.inHangzhou(toml).given("REDIS");
    var variable = "KMS_AGENT_CACHE_REDIS_ADDRESSES";
    assertThat(attempt.with(variable, "a:1" + ",a:1".repeat(63)).config()).isNotNull();
    assertThat(attempt.with(variable, "a:1" + ",a:1".repeat(64)).messages())
        .singleElement(STRING)
        .contains("has too many items");
  }

  private static Attempt file(ConfigKey<?> key, String toml) {
    var file =
        "[%s]\n%s = %s\n".formatted(ReferenceText.tableOf(key), ReferenceText.nameOf(key), toml);
    return KeySample.complete(key, Attempt.inHangzhou(file));
  }

  private static Attempt variable(ConfigKey<?> key, String toml) {
    return KeySample.complete(key, Attempt.inHangzhou(""))
        .with(key.variable(), KeySample.asVariable(toml));
  }
}
