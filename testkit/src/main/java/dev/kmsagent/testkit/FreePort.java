package dev.kmsagent.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for what cannot be told to take any. They lie below those that the system gives to clients
 * and to listeners without a port of their own, so that none of these takes one meanwhile; and each
 * belongs to the JVM that gives it out until that JVM ends, so that no test of another one does.
 */
public final class FreePort {
  private static final int FIRST = 12_000;
  private static final int COUNT = 10_000;

  /** Each JVM begins somewhere else. */
  private static final AtomicInteger NEXT =
      new AtomicInteger((int) ProcessHandle.current().pid() * 37);

  /** A file without content, in which the byte at the number of a port is locked by its JVM. */
  private static final FileChannel OWNERS = open();

  /** What is not referred to would be forgotten. */
  private static final Set<FileLock> OWNED = ConcurrentHashMap.newKeySet();

  private FreePort() {}

  private static FileChannel open() {
    var name = "kms-agent-ports-" + System.getProperty("user.name");
    var file = Path.of(System.getProperty("java.io.tmpdir"), name);
    try {
      return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /**
   * One without a listener, now and a moment ago, and that no JVM has given out before.
   * Thread-safe.
   */
  public static int next() {
    while (true) {
      var port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
      if (own(port) && isFree(port)) {
        return port;
      }
    }
  }

  private static boolean own(int port) {
    try {
      var lock = OWNERS.tryLock(port, 1, false);
      return lock != null && OWNED.add(lock);
    } catch (OverlappingFileLockException givenOut) {
      return false;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(false);
      socket.bind(new InetSocketAddress(port));
      return true;
    } catch (IOException taken) {
      // There is or was a listener: a connection is in TIME_WAIT.
      return false;
    }
  }
}
