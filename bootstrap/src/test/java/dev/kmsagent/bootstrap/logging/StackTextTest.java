package dev.kmsagent.bootstrap.logging;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonSyntaxException;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class StackTextTest {
  private static final String MARK = "canary";

  @Test
  void messages_that_may_quote_a_secret_are_left_out() {
    assertThat(
            Stream.of(
                new IllegalArgumentException(MARK),
                new NumberFormatException(MARK),
                new JsonSyntaxException(MARK),
                new MalformedJsonException(MARK),
                new IOException("connection reset", new IllegalStateException(MARK))))
        .allSatisfy(
            thrown ->
                assertThat(StackText.of(thrown))
                    .startsWith(thrown.getClass().getName())
                    .doesNotContain(MARK));
  }

  @Test
  void messages_about_files_and_connections_are_shown() {
    assertThat(
            Stream.of(
                new IOException(MARK), new ConnectException(MARK), new AccessDeniedException(MARK)))
        .allSatisfy(
            thrown ->
                assertThat(StackText.of(thrown))
                    .startsWith(thrown.getClass().getName() + ": " + MARK + "\n"));
  }

  @Test
  void causes_and_suppressed_exceptions_follow_and_a_chain_that_bites_its_tail_ends() {
    var cause = new ConnectException("refused");
    var thrown = new IllegalStateException(cause);
    thrown.addSuppressed(new IOException("while closing"));
    cause.initCause(thrown);

    assertThat(StackText.of(thrown))
        .contains("\nSuppressed: java.io.IOException: while closing\n\tat ")
        .containsOnlyOnce("\nCaused by: java.net.ConnectException: refused\n\tat ");
  }

  @Test
  void a_message_cannot_pose_as_a_frame() {
    assertThat(StackText.of(new IOException("x\n\tat evil"))).doesNotContain("\n\tat evil");
  }
}
