package dev.kmsagent.adapters.kms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.DatedVersion;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Listed;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.VersionId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VersionsAnswerTest {
  private static FetchOutcome read(String name, String body) {
    return VersionsAnswer.read(new SecretName(name), body.getBytes(StandardCharsets.UTF_8));
  }

  private static String answer(String versions) {
    return "{\"SecretName\":\"a\",\"VersionIds\":{\"VersionId\":" + versions + "}}";
  }

  @Test
  void a_list_has_ids_and_dates() {
    var body = answer("[{\"VersionId\":\"v1\",\"CreateTime\":\"2026-01-01T00:00:00Z\"}]");
    var version = new DatedVersion(new VersionId("v1"), Instant.parse("2026-01-01T00:00:00Z"));
    assertThat(read("a", body)).isEqualTo(new Listed(List.of(version)));
    assertThat(read("acs:kms:cn-hangzhou:1:secret/a", body)).isInstanceOf(Listed.class);
    assertThat(read("a", answer("[]"))).isEqualTo(new Listed(List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "{}",
        "[null]",
        "[{}]",
        "[{\"VersionId\":\"v1\"}]",
        "[{\"VersionId\":1,\"CreateTime\":\"2026-01-01T00:00:00Z\"}]",
        "[{\"VersionId\":\"\",\"CreateTime\":\"2026-01-01T00:00:00Z\"}]",
        "[{\"VersionId\":\"v1\",\"CreateTime\":\"today\"}]"
      })
  void any_other_answer_is_unreadable(String versions) {
    assertThat(read("a", answer(versions))).isInstanceOf(Unavailable.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{}", "{\"SecretName\":\"a\"}"})
  void another_body_is_unreadable(String body) {
    assertThat(read("a", body)).isInstanceOf(Unavailable.class);
  }

  @Test
  void the_list_of_another_secret_is_unreadable() {
    assertThat(read("b", answer("[]"))).isInstanceOf(Unavailable.class);
  }
}
