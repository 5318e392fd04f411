package dev.kmsagent.bootstrap.logging;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonSyntaxException;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class StackTextTest {
  private static final String MARK = "canary";

  static Throwable[] those_that_may_quote_a_secret() {
    return new Throwable[] {
      new IllegalArgumentException(MARK),
      new NumberFormatException(MARK),
      new JsonSyntaxException(MARK),
      new MalformedJsonException(MARK),
      new IOException("connection reset", new IllegalStateException(MARK)),
    };
  }

  @ParameterizedTest
  @MethodSource("those_that_may_quote_a_secret")
  void messages_that_may_quote_a_secret_are_left_out(Throwable thrown) {
    assertThat(StackText.of(thrown)).startsWith(thrown.getClass().getName()).doesNotContain(MARK);
  }

  static IOException[] those_about_files_and_connections() {
    return new IOException[] {
      new IOException(MARK), new ConnectException(MARK), new AccessDeniedException(MARK)
    };
  }

  @ParameterizedTest
  @MethodSource("those_about_files_and_connections")
  void messages_about_files_and_connections_are_shown(IOException thrown) {
    assertThat(StackText.of(thrown)).startsWith(thrown.getClass().getName() + ": " + MARK + "\n");
  }

  @Test
  void causes_and_suppressed_exceptions_follow() {
    var thrown = new IllegalStateException(new ConnectException("refused"));
    thrown.addSuppressed(new IOException("while closing"));

    assertThat(StackText.of(thrown))
        .contains("\nSuppressed: java.io.IOException: while closing\n\tat ")
        .contains("\nCaused by: java.net.ConnectException: refused\n\tat ");
  }

  @Test
  void a_chain_that_bites_its_tail_ends() {
    var first = new IllegalStateException();
    var second = new IllegalStateException(first);
    first.initCause(second);

    assertThat(StackText.of(first)).containsOnlyOnce("Caused by: ");
  }

  @Test
  void a_message_cannot_pose_as_a_frame() {
    assertThat(StackText.of(new IOException("x\n\tat evil"))).doesNotContain("\n\tat evil");
  }
}
