package dev.kmsagent.adapters.kms.transport;

import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import java.io.IOException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/**
 * What an exception of {@code java.net.http} means, told from its class and those of its causes;
 * its message is not passed on.
 *
 * @param type of the exception or of one of its causes
 * @param detail a sentence for the log, with a place for the host's name
 */
public record TransportFailure(Class<? extends Throwable> type, Cause cause, String detail) {

  private static final int MAX_CAUSES = 20;

  /** In order, since one exception can be several of these. */
  private static final List<TransportFailure> KNOWN =
      List.of(
          late(CancellationException.class),
          late(TimeoutException.class),
          tls(CertificateException.class),
          tls(SSLException.class),
          unknownName(UnresolvedAddressException.class),
          unknownName(UnknownHostException.class),
          new TransportFailure(
              HttpConnectTimeoutException.class, Cause.UNREACHABLE, "No connection to %s in time."),
          late(HttpTimeoutException.class),
          new TransportFailure(
              CappedBody.TooLong.class,
              Cause.UNREADABLE,
              "%s's answer exceeds " + CappedBody.MAX_ANSWER + " bytes."),
          new TransportFailure(
              IOException.class, Cause.UNREACHABLE, "The connection to %s was refused or broke."));

  private static TransportFailure late(Class<? extends Throwable> type) {
    return new TransportFailure(type, Cause.TIMEOUT, "%s did not answer in time.");
  }

  private static TransportFailure tls(Class<? extends Throwable> type) {
    return new TransportFailure(
        type,
        Cause.TLS,
        "TLS with %s failed: its certificate comes from an unknown authority (see KMS.CaFile), has"
            + " ended or names another host, or what answers does not speak TLS.");
  }

  private static TransportFailure unknownName(Class<? extends Throwable> type) {
    return new TransportFailure(
        type, Cause.UNREACHABLE, "The name of %s's host (or its proxy's) is unknown.");
  }

  /** Why {@code host}, a name for people, gave no answer; an unknown exception is logged. */
  public static Unavailable classify(Throwable failure, String host) {
    return KNOWN.stream()
        .filter(known -> causes(failure).anyMatch(known.type()::isInstance))
        .findFirst()
        .map(known -> new Unavailable(known.cause(), "", known.detail().formatted(host)))
        .orElseGet(() -> UnexpectedFailure.outcome(failure));
  }

  /** {@code failure} and its causes, the innermost last; chains of causes can be circular. */
  static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(MAX_CAUSES);
  }
}
