package dev.kmsagent.bootstrap.e2e;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Clients whose credential was rejected get another one, and cannot use up the quota of KMS. */
final class RejectedVersionsTest {
  private static final String NONE = "409 NoNewerVersion";

  private final VirtualTime time = new VirtualTime();
  @AutoClose private final TestCloud cloud = TestCloud.at(time);
  private final String name = cloud.newSecret("old");

  /** What clients get that read these secrets at once: how many got what. */
  private static Map<String, Long> read(WiredAgent agent, List<String> secrets) {
    var answers = secrets.stream().map(it -> agent.client().readAsync(it)).toList();
    return answers.stream()
        .map(Patience::join)
        .map(AgentAnswer::summary)
        .collect(groupingBy(identity(), TreeMap::new, counting()));
  }

  /** How a secret is read by clients that reject the version in use. */
  private static String rejecting(WiredAgent agent, String secret) {
    return secret + "&rejected=" + agent.client().secret(secret).text("VersionId");
  }

  /** What ten clients get in so many periods of this length. */
  private Map<String, Long> read(
      WiredAgent agent, String secret, int periods, Duration length, String... others) {
    var got = new TreeMap<String, Long>();
    for (int i = 0; i < periods; i++) {
      time.advance(length);
      var secrets = Collections.nCopies(10, secret).stream();
      read(agent, Stream.concat(secrets, Stream.of(others)).toList())
          .forEach((what, count) -> got.merge(what, count, Long::sum));
    }
    return got;
  }

  @Test
  void clients_that_reject_a_version_for_a_minute_cause_less_than_a_call_a_second() {
    try (var agent = cloud.agent(time, "")) {
      var rejecting = rejecting(agent, name);
      var got =
          read(
              agent,
              rejecting,
              120,
              Duration.ofMillis(500),
              name + "&rejected=v8",
              rejecting + "&rejected=v7",
              rejecting + "&field=.");

      assertThat(got).isEqualTo(Map.of(NONE, 12 * 120L, "old, hit", 120L));
      assertThat(cloud.calls(name)).isBetween(40L, 60L);
    }
  }

  @Test
  void a_rotation_is_seen_by_all_of_them_with_one_call() {
    try (var agent = cloud.agent(time, "")) {
      var rejecting = rejecting(agent, name);
      assertThat(read(agent, rejecting, 1, Duration.ZERO)).isEqualTo(Map.of(NONE, 10L));
      cloud.emulator().secrets().put(name, "v2", "new");
      var got = read(agent, rejecting, 1, Duration.ofMillis(500));

      assertThat(got.keySet()).allMatch(it -> it.startsWith("new, "));
      assertThat(cloud.calls(name)).isEqualTo(2);
      assertThat(agent.client().secret(name + "&rejected=v2").verdict()).isEqualTo(NONE);
    }
  }

  @Test
  void a_version_that_was_not_cached_and_is_rejected_takes_one_call() {
    try (var other = cloud.agent(time, "");
        var agent = cloud.agent(time, "")) {
      var got = read(agent, rejecting(other, name), 1, Duration.ZERO);

      assertThat(got).isEqualTo(Map.of(NONE, 10L));
      assertThat(cloud.calls(name)).isEqualTo(2);
    }
  }

  @Test
  void many_names_cause_no_more_calls_than_refreshes_may() {
    try (var agent = cloud.agent(time, "")) {
      var names = Stream.generate(() -> cloud.newSecret("x")).limit(100).toList();
      var rejecting = names.stream().map(it -> rejecting(agent, it)).toList();
      time.advance(Duration.ofMinutes(1));
      assertThat(read(agent, rejecting)).isEqualTo(Map.of(NONE, 40L, "503 Overloaded", 60L));
      assertThat(read(agent, names)).isEqualTo(Map.of("x, hit", 100L));
    }
  }

  @Test
  void an_outage_is_not_made_worse() {
    try (var agent = cloud.agent(time, "")) {
      var rejecting = rejecting(agent, name);
      cloud.fail(name, new Fault.Failure(500, "InternalFailure"));
      var got = read(agent, rejecting, 60, Duration.ofSeconds(1), name);

      assertThat(got).containsEntry("old, hit", 60L);
      assertThat(cloud.calls(name)).isLessThan(20);
    }
  }
}
