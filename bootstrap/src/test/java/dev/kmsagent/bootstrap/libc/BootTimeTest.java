package dev.kmsagent.bootstrap.libc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class BootTimeTest {
  private final LongSupplier clock = BootTime.open().orElseThrow();

  /** The kernel shows the same clock in seconds, with two digits after the point. */
  @Test
  void it_is_the_uptime_of_the_machine() throws IOException {
    var before = uptime();
    var seconds = clock.getAsLong() / 1e9;
    assertThat(seconds).isBetween(before - 0.01, uptime() + 0.01);
  }

  @Test
  void it_never_steps_back() {
    var last = 0L;
    for (var i = 0; i < 1000; i++) {
      var next = clock.getAsLong();
      assertThat(next).isGreaterThanOrEqualTo(last);
      last = next;
    }
  }

  private static double uptime() throws IOException {
    return Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ", 2)[0]);
  }
}
