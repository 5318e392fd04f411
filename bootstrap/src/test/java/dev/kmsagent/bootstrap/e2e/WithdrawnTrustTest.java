package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.emulator.identity.Role;
import dev.kmsagent.emulator.identity.TrustPolicy;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** For how long an agent reads with a role whose trust policy no longer names it. */
final class WithdrawnTrustTest {
  private static final Path PAGE = Path.of("..", "docs", "identity.md");
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final TrustPolicy NOBODY = TrustPolicy.everybody().subjects("nobody");

  private final VirtualTime time = new VirtualTime();
  @AutoClose private final Workload workload;
  private final String cached;

  WithdrawnTrustTest(@TempDir Path folder) {
    this.workload = Workload.ofCluster(time, folder);
    this.cached = workload.cloud().newSecret("value");
  }

  /**
   * A row of the page.
   *
   * @param life of keys, in seconds
   * @param minutes until nothing new is read
   * @param rest how long a cached value is served after that
   */
  record Row(String identity, int life, int minutes, String rest) {
    static Row of(String line) {
      var cells = line.replace("`", "").split(" *[|] *", -1);
      return new Row(cells[1], Integer.parseInt(cells[2]), Integer.parseInt(cells[3]), cells[4]);
    }
  }

  static Stream<Row> rows() throws IOException {
    return Files.readString(PAGE)
        .split("<!-- (begin|end) withdrawn -->\n", -1)[1]
        .lines()
        .skip(2)
        .map(Row::of);
  }

  private AgentSetup setup(Row row) {
    var ofPods = row.identity().equals("PodIdentity");
    return (ofPods ? workload.ofPods() : workload.rrsa())
        .with("KMS.RoleSessionSeconds = " + row.life());
  }

  /** A client that reads with the role. */
  private AgentClient client(WiredAgent agent, Row row) {
    if (!row.identity().equals("PodIdentity")) {
      return agent.withKey(time).client();
    }
    workload.emulator().roles().put(Role.named("kms.default.application"));
    Patience.assertSoon(() -> agent.client().get("/readyz").status() == 200);
    var token = workload.tokenOfPod("default", "application");
    return agent.client().with("X-KMS-Token", token.text());
  }

  private String readAnother(AgentClient client) {
    return client.secret(workload.cloud().newSecret("another")).verdict();
  }

  /** Renewals are due as late as they can be. */
  @ParameterizedTest
  @MethodSource("rows")
  void reads_end_when_the_page_says_so(Row row) {
    try (var agent = WiredAgent.start(setup(row), time, () -> 0.999)) {
      var client = client(agent, row);
      assertThat(client.secret(cached).verdict()).isEqualTo("200");
      for (var role : new String[] {Workload.ROLE, "kms.default.application"}) {
        workload.emulator().roles().put(Role.named(role).trusting(NOBODY));
      }
      time.advance(MINUTE.multipliedBy(row.minutes() - 1L));
      assertThat(readAnother(client)).isEqualTo("200");
      assertThat(client.secret(cached).verdict()).isEqualTo("200");
      time.advance(MINUTE);
      Patience.assertSoon(() -> !readAnother(client).equals("200"));
      if (row.rest().equals("Cache.TtlSeconds")) {
        assertThat(client.secret(cached).verdict()).isEqualTo("200");
        time.advance(MINUTE.multipliedBy(4));
      }
      Patience.assertSoon(
          () -> {
            time.advance(MINUTE);
            return !client.secret(cached).verdict().equals("200");
          });
    }
  }
}
