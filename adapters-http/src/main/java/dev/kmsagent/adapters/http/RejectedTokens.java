package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.port.AdmitCaller.CallerAdmission;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jetty.server.Request;

/**
 * Limits the tokens that are verified for an address which sends wrong ones: verifying a token
 * costs ten cached reads. Thread-safe.
 */
final class RejectedTokens {
  private static final Duration WINDOW = Duration.ofSeconds(10);
  private static final int MAX = 50;

  /** More than there are pods on a node. */
  private static final int MAX_ADDRESSES = 1000;

  private final InstantSource clock;
  private final Map<InetAddress, Integer> rejected = new HashMap<>();
  private Instant windowEnd = Instant.MIN;

  RejectedTokens(InstantSource clock) {
    this.clock = clock;
  }

  /** Whether no token of the address that sent the request is verified for now. */
  synchronized boolean areTooMany(Request request) {
    return ofThisWindow().getOrDefault(peer(request), 0) >= MAX;
  }

  /** Counts the token of the request if it was rejected. */
  synchronized void note(CallerAdmission.Rejected rejection, Request request) {
    if (rejection.reason() == CallerAdmission.Reason.TOKEN) {
      ofThisWindow().merge(peer(request), 1, Integer::sum);
    }
  }

  private Map<InetAddress, Integer> ofThisWindow() {
    var now = clock.instant();
    if (!now.isBefore(windowEnd) || rejected.size() >= MAX_ADDRESSES) {
      rejected.clear();
      windowEnd = now.plus(WINDOW);
    }
    return rejected;
  }

  private static InetAddress peer(Request request) {
    var address = request.getConnectionMetaData().getRemoteSocketAddress();
    return ((InetSocketAddress) address).getAddress();
  }
}
