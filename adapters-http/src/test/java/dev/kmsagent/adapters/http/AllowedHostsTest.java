package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedHostsTest {
  private final AllowedHosts hosts =
      new AllowedHosts(List.of("Agent.example", "dotted.example.", "fd00::1", "[fd00::2]"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost LocalHost localhost:2025 localhost: 127.0.0.1 127.0.0.1:1 [::1] [::1]:2025",
        "agent.EXAMPLE:80 agent.example. agent.example.:2025 dotted.example Dotted.Example.:2025",
        "[fd00::1] [FD00::2]:9"
      })
  void loopback_and_allowed_names_are_allowed_in_any_case_and_at_any_port(String names) {
    assertThat(List.of(names.split(" "))).allMatch(host -> hosts.allow(List.of(host)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "|.|evil.example|localhost.evil.example|evil.localhost|localhost.|localhost evil",
        "agent.example..|127.0.0.1.evil.example|127.0.0.2|0.0.0.0|::1|[::1|[::1]x|[::2]",
        "localhost:x|localhost:1:2|user@localhost|localhost,evil.example| "
      })
  void other_names_are_not_and_no_name_nor_two(String names) {
    assertThat(List.of(names.split("\\|", -1))).noneMatch(host -> hosts.allow(List.of(host)));
    assertThat(hosts.allow(List.of())).isFalse();
    assertThat(hosts.allow(List.of("localhost", "localhost"))).isFalse();
  }
}
