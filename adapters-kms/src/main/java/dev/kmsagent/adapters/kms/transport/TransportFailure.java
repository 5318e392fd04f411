package dev.kmsagent.adapters.kms.transport;

import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import java.io.IOException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/**
 * What an exception of {@code java.net.http} means, told from its class and those of its causes;
 * its message is not passed on.
 *
 * @param type of the exception or of one of its causes
 * @param step that failed
 * @param detail a sentence for the log, with a place for the host's name
 * @param advice a sentence for people who look for the fault
 */
public record TransportFailure(
    Class<? extends Throwable> type, Cause cause, Step step, String detail, String advice) {

  /** The steps to an answer, in their order. */
  public enum Step {
    /** Resolving the host's name. */
    NAME,
    /** Connecting to the host or to the proxy. */
    CONNECTION,
    /** The TLS handshake with the host that the certificate names. */
    TLS,
    /** Receiving the answer in time. */
    ANSWER
  }

  /** Chains of causes can be circular. */
  private static final int MAX_CAUSES = 20;

  /** In order, since one exception can be several of these. */
  private static final List<TransportFailure> KNOWN =
      List.of(
          late(CancellationException.class),
          late(TimeoutException.class),
          tls(
              CertificateExpiredException.class,
              "Its certificate has ended, or this machine's clock is wrong."),
          tls(
              CertificateNotYetValidException.class,
              "Its certificate is not valid yet, or this machine's clock is wrong."),
          tls(
              CertPathBuilderException.class,
              "Its certificate comes from an authority that is not trusted here: an instance's own"
                  + " gateway, or a proxy that opens TLS, needs its authority in KMS.CaFile."),
          tls(
              CertificateException.class,
              "Its certificate is for another host: is the endpoint's name right?"),
          tls(SSLException.class, "What answers there does not speak TLS: is the port right?"),
          unknownName(UnresolvedAddressException.class),
          unknownName(UnknownHostException.class),
          new TransportFailure(
              HttpConnectTimeoutException.class,
              Cause.UNREACHABLE,
              Step.CONNECTION,
              "No connection to %s in time.",
              "No connection in time: is there a route, a security group or a firewall in the way,"
                  + " or a proxy needed (KMS.Proxy)?"),
          late(HttpTimeoutException.class),
          new TransportFailure(
              CappedBody.TooLong.class,
              Cause.UNREADABLE,
              Step.ANSWER,
              "%s's answer exceeds " + CappedBody.MAX_ANSWER + " bytes.",
              "Its answer is too long."),
          new TransportFailure(
              IOException.class,
              Cause.UNREACHABLE,
              Step.CONNECTION,
              "The connection to %s was refused or broke.",
              "The connection was refused or broke."));

  private static TransportFailure late(Class<? extends Throwable> type) {
    return new TransportFailure(
        type,
        Cause.TIMEOUT,
        Step.ANSWER,
        "%s did not answer in time.",
        "It accepted the request and did not answer.");
  }

  private static TransportFailure tls(Class<? extends Throwable> type, String advice) {
    return new TransportFailure(
        type,
        Cause.TLS,
        Step.TLS,
        "TLS with %s failed: its certificate comes from an unknown authority (see KMS.CaFile), has"
            + " ended or names another host, or what answers does not speak TLS.",
        advice);
  }

  private static TransportFailure unknownName(Class<? extends Throwable> type) {
    return new TransportFailure(
        type,
        Cause.UNREACHABLE,
        Step.NAME,
        "The name of %s's host (or its proxy's) is unknown.",
        "The name is unknown to DNS (or the proxy's name is): is it right, and can this network"
            + " resolve it?");
  }

  /** Why {@code host}, a name for people, gave no answer; an unknown exception is logged. */
  public static Unavailable classify(Throwable failure, String host) {
    return of(failure)
        .map(known -> new Unavailable(known.cause(), "", known.detail().formatted(host)))
        .orElseGet(() -> UnexpectedFailure.outcome(failure));
  }

  /** The known failure that {@code failure} is; every {@code IOException} is one. */
  static Optional<TransportFailure> of(Throwable failure) {
    return KNOWN.stream().filter(known -> known.isIn(failure)).findFirst();
  }

  private boolean isIn(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .limit(MAX_CAUSES)
        .anyMatch(type::isInstance);
  }
}
