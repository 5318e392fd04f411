package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.SystemCommand;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class CommandContextTest {
  @Test
  void a_process_that_hangs_is_ended_although_standard_error_hangs_too() {
    var run =
        SystemCommand.java("-cp", System.getProperty("java.class.path"), Hanging.class.getName())
            .run();

    assertThat(run.status()).as(run.printed()).isEqualTo(ExitStatus.HUNG);
  }

  /** A process whose standard error takes nothing. */
  static final class Hanging {
    private Hanging() {}

    public static void main(String[] args) {
      var stuck =
          new PrintStream(
              new OutputStream() {
                @Override
                public void write(int ignored) {
                  awaitForever();
                }
              },
              true);
      new CommandContext(System.out, stuck, stuck, false, Map.of(), () -> () -> {})
          .halt("hung", ExitStatus.HUNG);
    }

    private static void awaitForever() {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
