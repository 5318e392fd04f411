package dev.kmsagent.adapters.kms.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import dev.kmsagent.testkit.LogRecorder;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class TransportFailureTest {
  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new CancellationException(), Cause.TIMEOUT),
        Arguments.of(new HttpTimeoutException("confidential"), Cause.TIMEOUT),
        Arguments.of(new HttpConnectTimeoutException("confidential"), Cause.UNREACHABLE),
        Arguments.of(new ConnectException(), Cause.UNREACHABLE),
        Arguments.of(
            because(new ConnectException(), new UnresolvedAddressException()), Cause.UNREACHABLE),
        Arguments.of(new SocketException("confidential"), Cause.UNREACHABLE),
        Arguments.of(new IOException("confidential"), Cause.UNREACHABLE),
        Arguments.of(new SSLHandshakeException("confidential"), Cause.TLS),
        Arguments.of(
            because(new IOException(), new SSLHandshakeException("confidential")), Cause.TLS),
        Arguments.of(new IllegalStateException("confidential"), Cause.UNREADABLE));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void a_failure_is_told_by_its_type_or_its_causes(Throwable failure, Cause cause) {
    assertThat(TransportFailure.classify(failure, "KMS").cause()).isEqualTo(cause);
    assertThat(TransportFailure.classify(new CompletionException("confidential", failure), "KMS"))
        .satisfies(outcome -> assertThat(outcome.cause()).isEqualTo(cause))
        .asString()
        .doesNotContain("confidential");
  }

  @ParameterizedTest
  @CsvSource({"true, UnknownHost, KMS.Region", "false, '', The connection to STS was refused."})
  void a_host_that_is_not_there_says_which_keys_name_it_and_a_refusal_that_it_is_one(
      boolean isUnknown, String code, String told) {
    var cause = isUnknown ? new UnresolvedAddressException() : new ClosedChannelException();
    var outcome = TransportFailure.classify(because(new ConnectException(), cause), "STS");
    assertThat(outcome.code()).isEqualTo(code);
    assertThat(outcome.detail()).contains(told);
  }

  @Test
  void a_bug_is_logged_by_its_class_alone() {
    try (var log = LogRecorder.ofProcess()) {
      var _ =
          TransportFailure.unexpected(
              new CompletionException(new ArrayStoreException("confidential")));
      assertThat(log.texts())
          .anyMatch(line -> line.contains("ArrayStoreException"))
          .noneMatch(line -> line.contains("confidential"));
    }
  }

  @Test
  void causes_may_go_in_circles() {
    var first = new IllegalStateException();
    var second = new IllegalStateException(first);
    first.initCause(second);
    assertThat(TransportFailure.classify(first, "KMS").cause()).isEqualTo(Cause.UNREADABLE);
  }

  private static Throwable because(Throwable failure, Throwable cause) {
    return failure.initCause(cause);
  }
}
