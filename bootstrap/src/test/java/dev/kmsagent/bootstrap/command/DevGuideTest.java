package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.session.Reach;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DevGuideTest {
  private static String guide(String... secrets) {
    return guide(Reach.LOOPBACK, "127.0.0.1:4000", secrets);
  }

  private static String guide(Reach reach, String emulator, String... secrets) {
    return new DevGuide(reach, emulator, "abc", List.of(secrets), "as whom '{read}'\n").text(2025);
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
  void what_can_be_tried_with_the_identity_comes_last_since_reads_fail_for_a_moment_after_it() {
    assertThat(guide("a")).containsSubsequence("Read a secret:", "as whom", "There are: a");
  }

  @Test
  void what_is_tried_with_the_identity_reads_the_same_secret() {
    assertThat(guide("a/b", "c"))
        .contains("as whom 'http://127.0.0.1:2025/secretsmanager/get?secretId=a/b'");
  }

  @Test
  void its_lines_name_the_host_that_others_call_and_it_says_that_they_can() {
    var guide = guide(new Reach(true, List.of("laptop", "other")), "laptop:2026", "a");

    assertThat(guide)
        .contains("listening on http://laptop:2025", "who reaches this machine")
        .contains("printf 'X-KMS-Token: %s\\n' abc | curl -v -H @- 'http://laptop:2025/")
        .contains("'http://laptop:2026/_emulator/deny?name=a'");
    assertThat(guide("a")).doesNotContain("who reaches this machine");
  }

  @Test
  void without_secrets_there_is_nothing_to_read() {
    assertThat(guide()).contains("http://127.0.0.1:4000").doesNotContain("Read a secret");
  }
}
