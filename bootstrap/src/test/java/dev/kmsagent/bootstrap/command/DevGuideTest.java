package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DevGuideTest {
  private static String guide(String... secrets) {
    return new DevGuide("127.0.0.1:4000", Path.of("/t/token"), List.of(secrets), "as whom\n")
        .text(2025);
  }

  @Test
  void it_begins_with_where_the_agent_listens() {
    assertThat(guide("a").lines()).first().isEqualTo("listening on http://127.0.0.1:2025");
  }

  @Test
  void names_stand_in_urls_as_urls_need_them() {
    assertThat(guide("a+b/c")).contains("get?secretId=a%2Bb/c'", "/_emulator/rotate?name=a%2Bb/c'");
  }

  @Test
  void what_can_be_tried_with_the_identity_comes_first() {
    assertThat(guide("a")).containsSubsequence("as whom", "Read a secret:");
  }

  @Test
  void without_secrets_there_is_nothing_to_read() {
    assertThat(guide()).contains("http://127.0.0.1:4000").doesNotContain("secretId");
  }
}
