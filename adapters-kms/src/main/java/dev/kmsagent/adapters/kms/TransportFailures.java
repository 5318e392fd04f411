package dev.kmsagent.adapters.kms;

import dev.kmsagent.domain.Unavailable;
import dev.kmsagent.domain.Unavailable.Cause;
import java.io.IOException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** Says what an exception of {@code java.net.http} means, without its words. */
final class TransportFailures {
  private TransportFailures() {}

  static Unavailable classify(Throwable failure) {
    if (has(failure, CancellationException.class)) {
      return unavailable(Cause.TIMEOUT, "KMS did not answer in time.");
    }
    if (has(failure, SSLException.class)) {
      return unavailable(Cause.TLS, TLS);
    }
    if (has(failure, UnresolvedAddressException.class)
        || has(failure, UnknownHostException.class)) {
      return unavailable(Cause.UNREACHABLE, "The name of KMS's host (or the proxy's) is unknown.");
    }
    if (has(failure, HttpConnectTimeoutException.class)) {
      return unavailable(Cause.UNREACHABLE, "No connection to KMS in time.");
    }
    if (has(failure, HttpTimeoutException.class)) {
      return unavailable(Cause.TIMEOUT, "KMS did not answer in time.");
    }
    return has(failure, IOException.class)
        ? unavailable(Cause.UNREACHABLE, "The connection to KMS was refused or broke.")
        : unavailable(Cause.UNREADABLE, unforeseen(failure));
  }

  private static final String TLS =
      "TLS with KMS failed: its certificate comes from an unknown authority (see KMS.CaFile), has"
          + " ended or names another host, or what answers does not speak TLS.";

  private static String unforeseen(Throwable failure) {
    return "The call to KMS failed in an unforeseen way: " + failure.getClass().getName() + ".";
  }

  private static Unavailable unavailable(Cause cause, String detail) {
    return new Unavailable(cause, "", detail);
  }

  private static boolean has(Throwable failure, Class<? extends Throwable> type) {
    return Stream.iterate(failure, f -> f != null, Throwable::getCause)
        .limit(MAX_DEPTH)
        .anyMatch(type::isInstance);
  }

  /** Chains of causes can be circular. */
  private static final int MAX_DEPTH = 20;
}
