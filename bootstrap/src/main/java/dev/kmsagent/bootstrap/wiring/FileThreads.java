package dev.kmsagent.bootstrap.wiring;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Threads for reading files. They are platform threads: a file operation that hangs, on a network
 * file system or a named pipe, would keep the carrier of a virtual thread, and two of those stop
 * every virtual thread on two cores. Who reads a file has one read of it under way at a time, which
 * bounds the number of these threads. An idle one ends after a minute.
 */
final class FileThreads {
  private FileThreads() {}

  static ExecutorService create() {
    return Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("files").factory());
  }
}
