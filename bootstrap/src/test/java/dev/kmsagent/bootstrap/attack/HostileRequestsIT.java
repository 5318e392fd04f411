package dev.kmsagent.bootstrap.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Requests of all kinds that must be rejected, as fast as one client can send them. */
@Tag("thorough")
@Isolated("uses both processors")
final class HostileRequestsIT {
  /** Of each kind about a hundred. */
  private static final int COUNT = AttackedAgent.QUIET ? 100_000 : 10_000;

  private static final long SEED = 20_261_126;

  /** The agent may write so much about all of them: lines are paced, not one for each request. */
  private static final int LOG_LINES = 200;

  @Test
  void ten_thousand_get_no_value_and_no_5xx_and_put_no_text_into_the_log() throws IOException {
    try (var agent = AttackedAgent.start("")) {
      var exchanges = new Exchanges(agent.process().port(), AttackedAgent.VALUE);
      var requests = new HostileRequests(SEED, agent.cachedSecret());
      exchanges.run(COUNT, requests::next);

      System.out.println("hostile requests: " + exchanges.statuses());
      assertThat(exchanges.foundForbidden()).isFalse();
      assertThat(exchanges.statuses().keySet())
          .isSubsetOf(400, 403, 404, 405, 414, 426, 431, 501, 505)
          .contains(400, 403, 414, 431);
      agent.assertUnharmed(COUNT + " hostile requests");
      assertThat(agent.process().stderr()).hasSizeLessThan(LOG_LINES);
      assertThat(String.join("\n", agent.process().stderr())).doesNotContain(HostileRequests.TEXT);
    }
  }
}
