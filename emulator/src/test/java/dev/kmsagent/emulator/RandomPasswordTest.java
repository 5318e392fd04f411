package dev.kmsagent.emulator;

import static dev.kmsagent.emulator.RunningEmulator.code;
import static dev.kmsagent.emulator.RunningEmulator.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RandomPasswordTest {
  @AutoClose private final RunningEmulator running = new RunningEmulator();

  private String password(String... parameters) throws IOException, InterruptedException {
    return json(running.call("GetRandomPassword", parameters)).get("RandomPassword").getAsString();
  }

  @Test
  void has_32_characters_of_all_types() throws IOException, InterruptedException {
    assertThat(password())
        .hasSize(32)
        .containsPattern("[a-z]")
        .containsPattern("[A-Z]")
        .containsPattern("[0-9]")
        .containsPattern("[!-/:-@\\[-`{-~]")
        .isNotEqualTo(password());
  }

  @Test
  void leaves_out_what_is_excluded() throws IOException, InterruptedException {
    assertThat(
            password(
                "PasswordLength",
                "128",
                "ExcludeUppercase",
                "true",
                "ExcludePunctuation",
                "true",
                "ExcludeCharacters",
                "abc012"))
        .matches("[d-z3-9]{128}");
  }

  @Test
  void need_not_have_each_type() throws IOException, InterruptedException {
    assertThat(password("PasswordLength", "8", "RequireEachIncludedType", "false")).hasSize(8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "129", "many", "-1", "99999999999"})
  void has_8_to_128_characters(String length) throws IOException, InterruptedException {
    assertThat(code(running.call("GetRandomPassword", "PasswordLength", length)))
        .isEqualTo("InvalidParameter");
  }

  @Test
  void needs_a_character_that_is_not_excluded() throws IOException, InterruptedException {
    var response =
        running.call(
            "GetRandomPassword",
            "ExcludeLowercase",
            "true",
            "ExcludeUppercase",
            "true",
            "ExcludePunctuation",
            "true",
            "ExcludeCharacters",
            "0123456789");
    assertThat(code(response)).isEqualTo("InvalidParameter");
  }
}
