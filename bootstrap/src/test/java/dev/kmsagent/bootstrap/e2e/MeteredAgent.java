package dev.kmsagent.bootstrap.e2e;

import com.sun.management.ThreadMXBean;
import dev.kmsagent.bootstrap.command.Main;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * A process that is an agent and its client, which reads one secret over and over. It prints what
 * all threads but the client's did for a read, and ends.
 *
 * <p>Arguments: the port of the agent and the name of the secret. Its Java is a whole JDK, which
 * counts the bytes that threads allocate.
 */
final class MeteredAgent {
  static final String PREFIX = "bytes allocated, calls to read, calls to write: ";
  private static final int READS = 200;
  private static final int BATCHES = 24;

  /** For what is set up by the first reads of a connection; the agent passes on the 256th. */
  private static final int READS_BEFORE = 50;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private MeteredAgent() {}

  /** What threads did so far, or did for a batch of reads. */
  private record Work(long allocated, long readCalls, long writeCalls) {
    Work minus(Work before) {
      return new Work(
          allocated - before.allocated,
          readCalls - before.readCalls,
          writeCalls - before.writeCalls);
    }

    String perRead() {
      return LongStream.of(allocated, readCalls, writeCalls)
          .mapToObj(work -> String.format(Locale.ROOT, "%.1f", (double) work / READS))
          .collect(Collectors.joining(" "))
          .replace(".0", "");
    }
  }

  /** Most batches have only reads in them; in some a timer runs, too. */
  public static void main(String[] args) throws IOException {
    var port = Integer.parseInt(args[0]);
    var _ =
        Thread.ofPlatform().daemon().start(() -> Main.main(new String[] {"agent", "config.toml"}));
    Patience.see(() -> listens(port), listens -> listens);
    var batches = new HashMap<Work, Integer>();
    for (int i = 0; i < BATCHES; i++) {
      var work = batch(port, ClientConnection.secretRequest(args[1], TestCloud.TOKEN));
      batches.merge(work, 1, Integer::sum);
    }
    var most = Collections.max(batches.entrySet(), Map.Entry.comparingByValue()).getKey();
    System.out.println(PREFIX + most.perRead());
    Runtime.getRuntime().halt(0);
  }

  private static boolean listens(int port) {
    try (var _ = new ClientConnection(port)) {
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  private static Work batch(int port, String request) throws IOException {
    try (var connection = new ClientConnection(port)) {
      read(connection, request, READS_BEFORE);
      var before = workOnceIdle();
      read(connection, request, READS);
      return workOnceIdle().minus(before);
    }
  }

  private static void read(ClientConnection connection, String request, int times)
      throws IOException {
    for (int i = 0; i < times; i++) {
      if (connection.exchange(request).orElseThrow().status() != 200) {
        throw new IllegalStateException("a read fails");
      }
    }
  }

  /** The agent is still busy with a reply when the client has it. */
  private static Work workOnceIdle() {
    var last = new AtomicReference<>(new Work(0, 0, 0));
    return Patience.see(MeteredAgent::work, now -> last.getAndSet(now).equals(now));
  }

  private static Work work() {
    try {
      var allocated =
          THREADS.getTotalThreadAllocatedBytes() - THREADS.getCurrentThreadAllocatedBytes();
      return new Work(allocated, calls("syscr: "), calls("syscw: "));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The calls of the kernel that read or that write, by all threads but this (proc(5)). */
  private static long calls(String kind) throws IOException {
    var own = Path.of("/proc/thread-self").toRealPath().getFileName();
    long calls = 0;
    try (var threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (var thread : threads) {
        calls += thread.getFileName().equals(own) ? 0 : count(thread.resolve("io"), kind);
      }
    }
    return calls;
  }

  private static long count(Path io, String kind) throws IOException {
    return Files.readAllLines(io).stream()
        .filter(line -> line.startsWith(kind))
        .mapToLong(line -> Long.parseLong(line.substring(kind.length())))
        .sum();
  }
}
