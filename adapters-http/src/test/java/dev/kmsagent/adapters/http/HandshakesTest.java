package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.kmsagent.testkit.ManualExecutor;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandshakesTest {
  private final ManualExecutor threads = new ManualExecutor();
  private final List<String> ran = new ArrayList<>();
  private final Handshakes handshakes = new Handshakes(threads);

  private void run(int address, String step) {
    handshakes.run(InetAddress.ofLiteral("10.0.0." + address), () -> ran.add(step));
  }

  @Test
  void addresses_take_turns() {
    run(1, "a1");
    run(1, "a2");
    run(1, "a3");
    run(2, "b1");
    run(3, "c1");
    run(2, "b2");
    threads.doAll();
    assertThat(ran).containsExactly("a1", "b1", "c1", "a2", "b2", "a3");
  }

  @Test
  void only_one_thread_is_taken_and_given_back() {
    for (int i = 0; i < 5; i++) {
      run(1, "a" + i);
      assertThat(threads.waiting()).isEqualTo(1);
    }
    threads.doAll();
    assertThat(ran).hasSize(5);

    run(1, "again");
    assertThat(threads.waiting()).isEqualTo(1);
  }

  @Test
  void one_that_fails_stops_no_other() {
    handshakes.run(
        InetAddress.ofLiteral("10.0.0.1"),
        () -> {
          throw new IllegalStateException("a bug");
        });
    run(2, "b");
    assertThatIllegalStateException().isThrownBy(threads::doAll);
    threads.doAll();
    assertThat(ran).containsExactly("b");
  }
}
