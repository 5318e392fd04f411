package dev.kmsagent.adapters.http;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

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

  /** Whether no token of the address is verified for now. */
  synchronized boolean areTooMany(InetAddress peer) {
    return current(peer).rejected() >= MAX;
  }

  synchronized void add(InetAddress peer) {
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
