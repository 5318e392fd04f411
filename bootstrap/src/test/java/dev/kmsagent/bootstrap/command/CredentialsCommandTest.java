package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code credentials}, which SDKs of the vendor run. */
final class CredentialsCommandTest {
  private static final String KEY =
      "{\"AccessKeyId\":\"LTAI1\",\"AccessKeySecret\":\"a\\\"b\",\"Other\":1}";

  @AutoClose private final FakeAgent agent = new FakeAgent();

  private CommandRun run(String value, String cacheStatus) {
    agent.bodies.put("/secretsmanager/get", value);
    agent.headers.put("Cache-Status", "kms-agent; " + cacheStatus);
    return CommandRun.in(agent.environment(), false, "credentials", "app/ram");
  }

  private static Instant now() {
    return InstantSource.system().instant();
  }

  @ParameterizedTest
  @CsvSource({
    "hit; ttl=213, 213, 1",
    "hit; ttl=0, 1, 1",
    "hit; ttl=-37; detail=stale-if-error, 10, 2",
    "fwd=miss, 10, 2"
  })
  void it_prints_the_key_until_sdks_have_to_ask_again(
      String cacheStatus, int seconds, int requests) {
    var before = now();
    var run = run(KEY, cacheStatus);
    var latest = now().plusSeconds(180 + seconds);

    assertThat(run.out())
        .matches(
            "\\{\"mode\":\"AK\",\"access_key_id\":\"LTAI1\",\"access_key_secret\":\"a\\\\\"b\","
                + "\"expiration\":\"[-0-9]{10}T[:0-9]{8}Z\"}\n");
    assertThat(Instant.parse(run.out().replaceAll(".*\"([^\"]*Z)\"}\n", "$1")))
        .isBetween(before.plusSeconds(179 + seconds), latest);
    assertThat(run.err()).isEmpty();
    assertThat(agent.requests)
        .hasSize(requests)
        .allMatch(it -> it.contains("secretId=app%2Fram") && it.contains("field=."));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "canary",
        "{\"AccountName\":\"a\",\"AccountPassword\":\"canary\"}",
        "{\"AccessKeyId\":\"canary\"}",
        "{\"AccessKeyId\":null,\"AccessKeySecret\":\"canary\"}",
        "{\"AccessKeyId\":[\"canary\",\"b\"],\"AccessKeySecret\":{}}",
        "[\"canary\"]"
      })
  void it_refuses_any_other_type_of_secret(String value) {
    assertThat(run(value, "hit; ttl=9"))
        .isEqualTo(
            new CommandRun(
                ExitStatus.FAILED,
                "",
                "app/ram has no AccessKeyId and AccessKeySecret: name a secret of the type"
                    + " RAMCredentials\n"));
  }

  @Test
  void it_waits_for_an_agent_that_restarts() {
    agent.failure = 503;
    agent.failures.set(2);

    assertThat(run(KEY, "hit; ttl=9").status()).isEqualTo(ExitStatus.DONE);
  }

  @Test
  void a_refusal_is_told_at_once() {
    agent.failures.set(1);

    assertThat(run(KEY, "hit; ttl=9"))
        .isEqualTo(new CommandRun(ExitStatus.FAILED, "", "403 C: No.\n"));
  }
}
