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
  private final Map<InetAddress, Window> windows = new HashMap<>();

  private record Window(Instant end, int rejected) {}

  RejectedTokens(InstantSource clock) {
    this.clock = clock;
  }

  /** Whether no token of the address that sent the request is verified for now. */
  synchronized boolean areTooMany(Request request) {
    return current(peer(request)).rejected() >= MAX;
  }

  /** Counts the token of the request if it was rejected. */
  synchronized void note(CallerAdmission.Rejected rejection, Request request) {
    if (rejection.reason() == CallerAdmission.Reason.TOKEN) {
      add(peer(request));
    }
  }

  private static InetAddress peer(Request request) {
    var address = request.getConnectionMetaData().getRemoteSocketAddress();
    return ((InetSocketAddress) address).getAddress();
  }

  private void add(InetAddress peer) {
    if (windows.size() >= MAX_ADDRESSES) {
      windows.clear();
    }
    var window = current(peer);
    windows.put(peer, new Window(window.end(), window.rejected() + 1));
  }

  private Window current(InetAddress peer) {
    var now = clock.instant();
    var window = windows.get(peer);
    return window != null && now.isBefore(window.end()) ? window : new Window(now.plus(WINDOW), 0);
  }
}
