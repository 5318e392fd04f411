package dev.kmsagent.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for what cannot be told to take any. They lie below those that the system gives to clients
 * and to listeners without a port of their own, so that none of these takes one meanwhile.
 */
public final class FreePort {
  private static final int FIRST = 12_000;
  private static final int COUNT = 10_000;

  /** Each JVM begins somewhere else. */
  private static final AtomicInteger NEXT =
      new AtomicInteger((int) ProcessHandle.current().pid() * 37);

  private FreePort() {}

  /**
   * One without a listener, now and a moment ago, and that this JVM has not given out before.
   * Thread-safe.
   */
  public static int next() {
    while (true) {
      var port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
      try (var socket = new ServerSocket()) {
        socket.setReuseAddress(false);
        socket.bind(new InetSocketAddress(port));
        return port;
      } catch (IOException _) {
        // There is or was a listener: a connection is in TIME_WAIT.
      }
    }
  }
}
