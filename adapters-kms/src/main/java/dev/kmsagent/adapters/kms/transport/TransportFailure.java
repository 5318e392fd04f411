package dev.kmsagent.adapters.kms.transport;

import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an exception of a call means, told from its class and those of its causes; its message is
 * not passed on.
 */
public final class TransportFailure {
  private static final Logger LOG = LoggerFactory.getLogger(TransportFailure.class);
  private static final int MAX_CAUSES = 20;

  /** The keys that name the hosts of the cloud. */
  public static final String HOST_SETTINGS = "KMS.Region, KMS.Endpoint and KMS.StsEndpoint";

  private TransportFailure() {}

  /** Why {@code host}, a name for people, gave no answer; an unknown exception is logged. */
  public static Unavailable classify(Throwable failure, String host) {
    if (is(failure, CancellationException.class, TimeoutException.class)) {
      return late(host);
    }
    if (is(failure, CertificateException.class, SSLException.class)) {
      return unavailable(
          Cause.TLS,
          "TLS with %s failed: its certificate comes from an unknown authority (see KMS.CaFile),"
              + " has ended or names another host, or what answers does not speak TLS.",
          host);
    }
    if (is(failure, UnresolvedAddressException.class, UnknownHostException.class)) {
      return new Unavailable(
          Cause.UNREACHABLE,
          "UnknownHost",
          "The name of %s's host is unknown (see %s), or that of its proxy."
              .formatted(host, HOST_SETTINGS));
    }
    if (is(failure, HttpConnectTimeoutException.class)) {
      return unavailable(Cause.UNREACHABLE, "No connection to %s in time.", host);
    }
    if (is(failure, HttpTimeoutException.class)) {
      return late(host);
    }
    if (is(failure, ConnectException.class)) {
      var how = is(failure, ClosedChannelException.class) ? "was refused." : "is not possible.";
      return unavailable(Cause.UNREACHABLE, "The connection to %s " + how, host);
    }
    // Also where the answer is longer than allowed.
    return is(failure, IOException.class)
        ? unavailable(Cause.UNREACHABLE, "The connection to %s broke.", host)
        : unexpected(failure);
  }

  /**
   * The outcome for an exception that is a bug, here or in a library. It is logged by its class
   * alone: message and causes of the SDK's exceptions can quote a secret.
   */
  public static Unavailable unexpected(Throwable failure) {
    var cause = failure instanceof CompletionException ? failure.getCause() : failure;
    var type = (cause == null ? failure : cause).getClass().getName();
    LOG.error("A call failed in an unforeseen way: {}", type);
    return new Unavailable(
        Cause.UNREADABLE, "", "The call failed in an unforeseen way: " + type + ".");
  }

  private static Unavailable late(String host) {
    return unavailable(Cause.TIMEOUT, "%s did not answer in time.", host);
  }

  private static Unavailable unavailable(Cause cause, String detail, String host) {
    return new Unavailable(cause, "", detail.formatted(host));
  }

  /** Whether the failure, or one of its causes, is of one of the types. */
  private static boolean is(Throwable failure, Class<?>... types) {
    return causes(failure)
        .anyMatch(cause -> Arrays.stream(types).anyMatch(type -> type.isInstance(cause)));
  }

  /** {@code failure} and its causes, the innermost last; chains of causes can be circular. */
  public static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(MAX_CAUSES);
  }
}
