package dev.kmsagent.application.tenants;

import static dev.kmsagent.application.tenants.PodBench.arn;
import static dev.kmsagent.application.tenants.PodBench.read;
import static dev.kmsagent.application.tenants.PodBench.roleRefused;
import static dev.kmsagent.application.tenants.Tenants.GRANTS_FOR_EACH;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.domain.event.CallerEvent.TenantClosed;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAccess;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission.Admitted;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission.Rejected;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A namespace that never stops beside quiet ones, by schedules that a seed decides: the quiet ones
 * get what they would get without it.
 */
final class NeighbourSimulationTest {
  private static final int MAX_TENANTS = 12;
  private static final int STEPS = 60;
  private static final List<String> QUIET = List.of("shop", "bank", "blog");

  /** From an instant to longer than any limit counts. */
  private static final List<Duration> PAUSES =
      List.of(Duration.ZERO, Duration.ofMillis(100), Duration.ofSeconds(2), Duration.ofMinutes(3));

  private final PodBench bench = new PodBench(MAX_TENANTS);
  private final Map<String, CallerAccess> connections = new HashMap<>();

  /** What the quiet ones got, in their order. */
  private final List<String> answers = new ArrayList<>();

  /** Everything that one namespace can do, more often than any limit allows. */
  private void greedy(Random random) {
    var some = random.nextInt(1_000_000);
    switch (random.nextInt(6)) {
      case 0 -> repeat(200, i -> comes("greedy/s" + i % 20 + "/p", madeUp(i)));
      case 1 -> repeat(100, i -> comes("greedy/s" + i % 20 + "/p", Optional.of("g" + some + i)));
      case 2 -> repeat(300, i -> comes("greedy/t" + some + i + "/p", Optional.of("g")));
      case 3 -> repeat(300, i -> forge("greedy/s" + i % 3 + "/forged/" + some));
      case 4 -> repeat(300, i -> forge(QUIET.get(i % 3) + "/s0/forged/" + some));
      default -> repeat(300, i -> bench.admit("no token " + i));
    }
  }

  private static void repeat(int times, IntConsumer what) {
    IntStream.range(0, times).forEach(what);
  }

  /** From an address that no quiet pod has. */
  private void forge(String token) {
    var _ = bench.callers.admit(new ConfidentialText(token), Optional.empty(), "10.0.0.66");
  }

  private Optional<String> madeUp(int number) {
    bench.sts.answer("none-" + number, roleRefused());
    return Optional.of("none-" + number);
  }

  /** A pod of a quiet namespace, with a token that it has had for up to an hour, reads. */
  private void quiet(Random random) {
    var hour = bench.time.instant().getEpochSecond() / 3600;
    var subject = QUIET.get(random.nextInt(QUIET.size())) + "/s" + random.nextInt(3);
    answers.add(comes(subject + "/pod-" + hour, Optional.empty()));
  }

  private String comes(String token, Optional<String> role) {
    var kept = Optional.ofNullable(connections.get(token)).flatMap(CallerAccess::secrets);
    if (kept.isPresent()) {
      return outcome(kept.get());
    }
    return switch (bench.admit(token, role)) {
      case Admitted(var access) -> {
        connections.put(token, access);
        yield access.secrets().map(NeighbourSimulationTest::outcome).orElse("ended");
      }
      case Rejected rejected -> rejected.reason().toString();
    };
  }

  private static String outcome(RetrieveSecret secrets) {
    return read(secrets, "db") instanceof Found found
        ? UTF_8.decode(found.entry().representation().body()).toString()
        : "no secret";
  }

  private static NeighbourSimulationTest run(long seed, boolean withGreedy) {
    var node = new NeighbourSimulationTest();
    var quiet = new Random(seed);
    var greedy = new Random(seed + 1);
    for (int i = 0; i < STEPS; i++) {
      node.bench.time.advance(PAUSES.get(quiet.nextInt(PAUSES.size())));
      if (withGreedy) {
        node.greedy(greedy);
      }
      node.quiet(quiet);
    }
    return node;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void share_the_agent_fairly(long seed) {
    var node = run(seed, true);
    var agent = node.bench;

    assertThat(node.answers).as("of the quiet").isEqualTo(run(seed, false).answers);
    assertThat(agent.events.of(TenantClosed.class))
        .as("roles that made room")
        .isNotEmpty()
        .allSatisfy(it -> assertThat(it.role().value()).startsWith(arn("g")));
    assertThat(agent.caches.open).hasSizeLessThanOrEqualTo(MAX_TENANTS);
    assertThat(agent.tenants.members()).hasSizeLessThanOrEqualTo(MAX_TENANTS * GRANTS_FOR_EACH);
  }
}
