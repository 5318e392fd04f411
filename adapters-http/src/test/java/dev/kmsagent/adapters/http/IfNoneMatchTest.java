package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IfNoneMatchTest {
  private static boolean matches(String... fields) {
    return IfNoneMatch.matches(List.of(fields), "\"abc\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "\"x\",\"abc\",\"y\"", "*", " * "})
  void the_tag_matches_alone_in_a_list_weakly_and_by_the_star(String field) {
    assertThat(matches(field)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "abc", "\"ab\"", "\"abcd\"", "\"ABC\"", "\"*\"", "\"x, \"", "\"x\" abc \"y\""})
  void another_tag_does_not_match(String field) {
    assertThat(matches(field)).isFalse();
  }

  @Test
  void every_field_counts() {
    assertThat(matches("\"x\"", "\"abc\"")).isTrue();
    assertThat(matches()).isFalse();
  }
}
