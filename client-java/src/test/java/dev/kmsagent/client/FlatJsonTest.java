package dev.kmsagent.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FlatJsonTest {
  @Test
  void texts_with_all_escapes_are_read() {
    var json = " { \"a\" : \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83d\\ude00\" ,\n\"\":\"ü{}\" }\n";

    assertThat(FlatJson.parse(json)).isEqualTo(Map.of("a", "\"\\/\b\f\n\r\té😀", "", "ü{}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{}",
        "null",
        "[\"secret\"]",
        "{\"secret\":1}",
        "{\"a\":null}",
        "{\"a\":{\"b\":\"secret\"}}",
        "{\"a\":\"secret\"",
        "{\"a\":\"secret\",}",
        "{\"a\":\"secret\"}x",
        "{\"a\":\"secret\",\"a\":\"secret\"}",
        "{\"a\":\"secret",
        "{\"a\":\"sec\nret\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\u+123\"}",
        "{\"a\" \"secret\"}",
        "{a:\"secret\"}"
      })
  void anything_else_is_refused_and_not_quoted(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FlatJson.parse(text))
        .withMessageNotContaining("secret");
  }
}
