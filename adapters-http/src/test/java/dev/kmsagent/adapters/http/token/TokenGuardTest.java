package dev.kmsagent.adapters.http.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenGuardTest {
  private final TokenGuard guard = new TokenGuard(List.of("X-A", "X-B"), token("right"));

  private static Token token(String text) {
    return ((TokenReading.Usable) Token.read(text)).token();
  }

  private boolean admits(Map<String, List<String>> fields) {
    return guard.admits(name -> fields.getOrDefault(name, List.of()));
  }

  @Test
  void the_token_counts_in_each_of_the_headers() {
    assertThat(admits(Map.of("X-A", List.of("right")))).isTrue();
    assertThat(admits(Map.of("X-B", List.of("right")))).isTrue();
    assertThat(admits(Map.of("X-C", List.of("right")))).isFalse();
  }

  @Test
  void a_wrong_one_beside_it_does_not_matter() {
    assertThat(admits(Map.of("X-A", List.of("wrong"), "X-B", List.of("right")))).isTrue();
    assertThat(admits(Map.of("X-A", List.of("wrong", "right", "")))).isTrue();
  }

  @Test
  void nothing_else_opens() {
    assertThat(admits(Map.of())).isFalse();
    assertThat(admits(Map.of("X-A", List.of("")))).isFalse();
    assertThat(admits(Map.of("X-A", List.of("righ", "right ", "RIGHT", "rightt")))).isFalse();
    assertThat(admits(Map.of("X-A", List.of("wrong, right")))).isFalse();
  }

  @Test
  void a_replaced_token_opens_nothing_any_more() {
    guard.replace(token("next"));
    assertThat(admits(Map.of("X-A", List.of("right")))).isFalse();
    assertThat(admits(Map.of("X-A", List.of("next")))).isTrue();
  }
}
