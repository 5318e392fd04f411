package dev.kmsagent.bootstrap.attack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.testkit.Patience;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clients that send a byte of a head now and then. */
@Tag("thorough")
final class DrippedHeadsIT {
  private static final byte[] BEGINNING =
      "GET /ping HTTP/1.1\r\nHost: localhost\r\nX-Padding: ".getBytes(ISO_8859_1);

  @Test
  void a_head_that_comes_byte_by_byte_does_not_keep_its_connection() throws IOException {
    try (var agent = AttackedAgent.start("")) {
      try (var main = new Connections(agent.process().port());
          var management = new Connections(agent.process().management().port())) {
        main.open(500, BEGINNING);
        management.open(500, BEGINNING);
        Patience.see(
            () -> {
              main.send(new byte[] {'x'});
              management.send(new byte[] {'x'});
              agent.awaitReads(20);
              return main.open() + management.open();
            },
            open -> open == 0);
      }
      agent.assertUnharmed("heads byte by byte");
    }
  }
}
