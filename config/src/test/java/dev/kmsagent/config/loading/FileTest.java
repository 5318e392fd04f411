package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.KmsConfig.CircuitBreaker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file may look like, and what is said when it does not. */
class FileTest {

  @Nested
  class Well_formed {

    @Test
    void an_empty_file_means_the_defaults() {
      assertThat(Attempt.inHangzhou("").config())
          .isEqualTo(
              Attempt.of(new ConfigSource.Nothing())
                  .with("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou")
                  .config());
    }

    @Test
    void tables_may_be_dotted_keys_and_inline_tables() {
      var toml =
          """
          kms.circuitbreaker = { failureratethreshold = 7 }
          KMS.CircuitBreaker.OpenSeconds = 9
          """;
      assertThat(Attempt.inHangzhou(toml).config().kms().circuitBreaker())
          .isEqualTo(new CircuitBreaker(true, 7, Duration.ofSeconds(9)));
    }

    @Test
    void a_table_may_be_spelled_differently_above_its_parts() {
      var toml = "[KMS]\nMaxCallsPerSecond = 9\n[Kms.CircuitBreaker]\nEnabled = false\n";
      var kms = Attempt.inHangzhou(toml).config().kms();
      assertThat(kms.maxCallsPerSecond()).isEqualTo(9);
      assertThat(kms.circuitBreaker().enabled()).isFalse();
    }

    @Test
    void a_byte_order_mark_and_carriage_returns_are_harmless() {
      assertThat(
              Attempt.inHangzhou("\uFEFF[Server]\r\nHttpPort = 2026\r\n")
                  .config()
                  .server()
                  .listen()
                  .port())
          .isEqualTo(2026);
    }
  }

  @Nested
  class On_disk {
    @TempDir Path folder;

    @Test
    void a_relative_path_starts_at_the_working_directory() throws IOException {
      Files.writeString(folder.resolve("config.toml"), "[Server]\nMaxConn = 7\n");

      assertThat(file("config.toml").config().server().maxConn()).isEqualTo(7);
    }

    @Test
    void a_named_file_that_is_missing_is_a_problem() {
      assertThat(file("absent.toml").messages())
          .containsExactly("absent.toml: the file does not exist");
    }

    @Test
    void a_folder_is_no_file() {
      assertThat(file(".").messages()).containsExactly(".: the file is a folder");
    }

    @Test
    void text_that_is_not_utf_8_is_a_problem() throws IOException {
      Files.write(folder.resolve("latin.toml"), new byte[] {'#', (byte) 0xE9, '\n'});

      assertThat(file("latin.toml").messages())
          .containsExactly("latin.toml: the file is not UTF-8");
    }

    @Test
    void an_endless_file_is_not_read_to_its_end() {
      assertThat(file("/dev/zero").messages())
          .containsExactly("/dev/zero: the file is longer than 1 MiB");
    }

    private Attempt file(String name) {
      return Attempt.of(new ConfigSource.File(Path.of(name)))
          .with("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou")
          .in(folder);
    }
  }

  @Nested
  class Mistaken {

    @Test
    void an_unquoted_string_is_said_to_be_no_toml() {
      assertThat(Attempt.of("[KMS]\nRegion = cn-hangzhou\n").messages())
          .containsExactly(
              "config.toml:2: not TOML at column 10: unexpected text, expected a value;"
                  + " allowed: text in quotes, a number, true, false, or a list in []");
    }

    @Test
    void broken_syntax_and_bad_values_are_reported_together() {
      String toml =
          """
          [Server]
          HttpPort = 70000
          MaxConn = = 8
          [Log]
          MaxSize = 0
          """;

      assertThat(Attempt.of(toml).messages())
          .containsExactly(
              "config.toml:2: Server.HttpPort is out of range; found 70000; allowed: 0..65535",
              "config.toml:3: not TOML at column 11: unexpected text, expected a value;"
                  + " allowed: text in quotes, a number, true, false, or a list in []",
              "config.toml:5: Log.MaxSize is out of range; found 0; allowed: 1..10000");
    }

    @Test
    void what_follows_a_broken_table_is_not_taken_for_part_of_another() {
      String toml =
          """
          [Server]
          MaxConn = 0
          [Log
          ] x
          MaxSize = 5
          """;

      assertThat(Attempt.of(toml).messages())
          .first()
          .isEqualTo("config.toml:2: Server.MaxConn is out of range; found 0; allowed: 1..1000");
      assertThat(Attempt.of(toml).messages()).noneMatch(message -> message.contains("MaxSize"));
    }

    @Test
    void a_value_for_a_table_is_a_problem() {
      assertThat(Attempt.inHangzhou("Server = 2025\n").messages())
          .containsExactly(
              "config.toml:1: Server must be a table; found a whole number; allowed: [Server]");
    }

    @Test
    void a_table_for_a_value_is_a_problem() {
      assertThat(Attempt.inHangzhou("[Server.HttpPort]\nx = 1\n").messages())
          .containsExactly(
              "config.toml:1: Server.HttpPort must be a whole number; found a table; allowed:"
                  + " 0..65535");
    }

    @Test
    void a_table_that_stands_twice_is_named_with_its_first_line() {
      assertThat(Attempt.inHangzhou("[Log]\n[Server]\n[Log]\n").messages())
          .containsExactly("config.toml:3: Log is defined again, after line 1");
    }

    @ParameterizedTest
    @CsvSource({
      "[Server]\\nHttpProt = 1, 2, Server.HttpProt, Server.HttpPort",
      "[Server]\\nLogLevel = 1, 2, Server.LogLevel, Log.LogLevel",
      "[KMS]\\nTtlSeconds = 1, 2, KMS.TtlSeconds, Cache.TtlSeconds",
      "[KMS.CircuitBreaker]\\nOpenSecs = 1, 2, KMS.CircuitBreaker.OpenSecs, KMS.CircuitBreaker.OpenSeconds",
      "[Sever]\\nHttpPort = 1, 1, Sever, Server",
      "[CircuitBreaker]\\nOpenSeconds = 1, 1, CircuitBreaker, KMS.CircuitBreaker",
      "'[''Cache.Redis'']\\nTls = 1', 1, '\"Cache.Redis\"', Cache.Redis",
      "[Cache]\\nTtl = 1, 2, Cache.Ttl, Cache.TtlSeconds",
      "Region = 1, 1, Region, KMS.Region"
    })
    void an_unknown_name_is_answered_with_the_closest(
        String toml, int line, String unknown, String closest) {
      assertThat(Attempt.inHangzhou(toml.translateEscapes()).messages())
          .containsExactly(
              "config.toml:%d: %s is not known; did you mean %s?"
                  .formatted(line, unknown, closest));
    }
  }
}
