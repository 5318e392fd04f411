package dev.kmsagent.bootstrap.attack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that begin requests and do not end them. */
@Tag("thorough")
@Isolated("uses both processors and most descriptors")
final class HalfSentRequestsIT {
  private static final int COUNT = 10_000;
  private static final String BEGINNING = "GET /ping HTTP/1.1\r\nHost: localhost\r\nX-Padding: ";

  enum Listener {
    MAIN,
    MANAGEMENT;

    int port(AttackedAgent agent) {
      return switch (this) {
        case MAIN -> agent.process().port();
        case MANAGEMENT -> agent.process().management().port();
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void ten_thousand_heads_of_seven_kilobytes_hold_up_nobody(Listener listener) throws IOException {
    assumeTrue(openFiles() > COUNT + 1000, "ulimit -Hn is too low for 10,000 connections");
    var head = (BEGINNING + "x".repeat(7 * 1024)).getBytes(ISO_8859_1);
    try (var agent = AttackedAgent.start("")) {
      try (var attackers = new Connections(listener.port(agent))) {
        agent.attack(attackers, COUNT, head, new byte[] {'x'});
      }
      agent.assertUnharmed("10,000 half-sent requests, " + listener);
    }
  }

  /** How many this JVM may open: it raises its limit to the hard one. */
  private static long openFiles() {
    return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getMaxFileDescriptorCount();
  }
}
