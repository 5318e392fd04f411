package dev.kmsagent.adapters.kms.transport;

import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.NoSecret.Unavailable.Cause;
import java.io.IOException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** Says what an exception of {@code java.net.http} means, without its words. */
public final class TransportFailures {
  private static final String LATE = "%s did not answer in time.";
  private static final String UNKNOWN_HOST = "The name of %s's host (or its proxy's) is unknown.";
  private static final String TLS =
      "TLS with %s failed: its certificate comes from an unknown authority (see KMS.CaFile), has"
          + " ended or names another host, or what answers does not speak TLS.";

  /** Chains of causes can be circular. */
  private static final int MAX_CAUSES = 20;

  private record Rule(Class<? extends Throwable> type, Cause cause, String detail) {}

  /** In order, since one exception can be several of these. */
  private static final List<Rule> RULES =
      List.of(
          new Rule(CancellationException.class, Cause.TIMEOUT, LATE),
          new Rule(TimeoutException.class, Cause.TIMEOUT, LATE),
          new Rule(SSLException.class, Cause.TLS, TLS),
          new Rule(UnresolvedAddressException.class, Cause.UNREACHABLE, UNKNOWN_HOST),
          new Rule(UnknownHostException.class, Cause.UNREACHABLE, UNKNOWN_HOST),
          new Rule(
              HttpConnectTimeoutException.class, Cause.UNREACHABLE, "No connection to %s in time."),
          new Rule(HttpTimeoutException.class, Cause.TIMEOUT, LATE),
          new Rule(
              IOException.class, Cause.UNREACHABLE, "The connection to %s was refused or broke."));

  private TransportFailures() {}

  /** Why {@code host}, a name for people, gave no answer. */
  public static Unavailable classify(Throwable failure, String host) {
    return RULES.stream()
        .filter(rule -> has(failure, rule.type()))
        .findFirst()
        .map(rule -> new Unavailable(rule.cause(), "", rule.detail().formatted(host)))
        .orElseGet(() -> UnexpectedFailure.outcome(failure));
  }

  /** Whether {@code failure} or one of its causes is of this type. */
  static boolean has(Throwable failure, Class<? extends Throwable> type) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .limit(MAX_CAUSES)
        .anyMatch(type::isInstance);
  }
}
