package dev.kmsagent.bootstrap.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CommandContextTest {
  @Test
  void a_process_that_hangs_is_ended_although_standard_error_hangs_too() {
    var classes = System.getProperty("java.class.path");
    var run = SystemCommand.java("-cp", classes, CommandContextTest.class.getName()).run();

    assertThat(run.status()).as(run.printed()).isEqualTo(ExitStatus.HUNG);
  }

  /** A process whose standard error takes nothing. */
  public static void main(String[] args) throws IOException {
    var unread = new PrintStream(new PipedOutputStream(new PipedInputStream(1)), true);
    new CommandContext(System.out, unread, unread, false, Map.of(), () -> () -> {})
        .halt("hung", ExitStatus.HUNG);
  }
}
