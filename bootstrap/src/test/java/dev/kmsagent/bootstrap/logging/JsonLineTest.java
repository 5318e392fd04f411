package dev.kmsagent.bootstrap.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class JsonLineTest {
  private final Log log = new Log();

  @BeforeEach
  void install() throws IOException {
    log.install();
  }

  @Test
  void an_entry_has_time_level_event_and_logger() {
    log.logger().warn("breaker opened");

    var entry = log.consoleEntry();
    assertThat(entry.keySet()).containsExactly("time", "level", "event", "logger");
    assertThat(Instant.parse(entry.get("time").getAsString())).isAfter(Instant.EPOCH);
    assertThat(entry.get("level").getAsString()).isEqualTo("WARN");
    assertThat(entry.get("event").getAsString()).isEqualTo("breaker opened");
    assertThat(entry.get("logger").getAsString()).isEqualTo("dev.kmsagent.test");
  }

  @Test
  void fields_stand_beside_them_with_their_types() {
    log.logger()
        .atInfo()
        .addKeyValue("secret", "app/dev/secret-1")
        .addKeyValue("status", 404)
        .addKeyValue("bytes", 5_000_000_000L)
        .addKeyValue("ratio", 0.5)
        .addKeyValue("ready", true)
        .addKeyValue("took", Duration.ofMillis(3))
        .addKeyValue("code", (Object) null)
        .log("read");

    var entry = log.consoleEntry();
    assertThat(entry.get("secret").getAsString()).isEqualTo("app/dev/secret-1");
    assertThat(entry.get("status").getAsJsonPrimitive().isNumber()).isTrue();
    assertThat(entry.get("bytes").getAsLong()).isEqualTo(5_000_000_000L);
    assertThat(entry.get("ratio").getAsDouble()).isEqualTo(0.5);
    assertThat(entry.get("ready").getAsJsonPrimitive().isBoolean()).isTrue();
    assertThat(entry.get("took").getAsString()).isEqualTo("PT0.003S");
    assertThat(entry.get("code").isJsonNull()).isTrue();
  }

  @Test
  void a_number_that_json_cannot_write_becomes_text() {
    log.logger().atInfo().addKeyValue("ratio", Double.NaN).log("read");

    assertThat(log.consoleEntry().get("ratio").getAsString()).isEqualTo("NaN");
  }

  @Test
  void text_from_outside_cannot_end_the_line() {
    var forged = "x\n{\"level\":\"ERROR\"}\r\u2028\u0000\"\\";
    log.logger().atInfo().addKeyValue("host", forged).log(forged);

    var entry = log.consoleEntry();
    assertThat(entry.get("event").getAsString()).isEqualTo(forged);
    assertThat(entry.get("host").getAsString()).isEqualTo(forged);
  }

  @Test
  void text_that_is_too_long_is_cut() {
    var text = "x".repeat(100_000);
    var bug = new IOException(text);
    log.logger().atError().addKeyValue("host", text).setCause(bug).log(text);

    var entry = log.consoleEntry();
    assertThat(entry.get("event").getAsString()).isEqualTo("x".repeat(1000) + "...");
    assertThat(entry.get("host").getAsString()).isEqualTo("x".repeat(1000) + "...");
    assertThat(entry.get("exception").getAsString()).hasSize(6003).endsWith("x...");
  }

  @Test
  void an_exception_is_a_field_with_its_frames() {
    log.logger().atError().setCause(new IllegalStateException("secret-value")).log("bug");

    assertThat(log.consoleEntry().get("exception").getAsString())
        .startsWith("java.lang.IllegalStateException\n\tat dev.kmsagent.")
        .doesNotContain("secret-value");
  }
}
