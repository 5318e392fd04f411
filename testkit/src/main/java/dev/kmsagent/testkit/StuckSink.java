package dev.kmsagent.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A disk, or a stream that nobody reads: it takes nothing, or fails, until it is repaired. */
public final class StuckSink extends OutputStream {
  private final CountDownLatch stuck = new CountDownLatch(1);
  private final List<String> written = new CopyOnWriteArrayList<>();
  private final Set<String> refused = ConcurrentHashMap.newKeySet();
  private volatile boolean full;

  @Override
  public void write(byte[] line) throws IOException {
    var text = new String(line, StandardCharsets.UTF_8).strip();
    if (full || refused.removeIf(text::contains)) {
      throw new IOException("No space left on device");
    }
    awaitRepair();
    if (!text.isEmpty()) {
      written.add(text);
    }
  }

  @Override
  public void write(int newline) {}

  private void awaitRepair() {
    try {
      stuck.await();
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }

  /** It takes lines from now on. */
  public StuckSink repair() {
    full = false;
    stuck.countDown();
    return this;
  }

  /** Each write fails from now on. */
  public StuckSink fill() {
    full = true;
    stuck.countDown();
    return this;
  }

  /** The next line that contains {@code part} fails. */
  public StuckSink refuse(String part) {
    refused.add(part);
    return this;
  }

  public boolean hasRefused() {
    return refused.isEmpty();
  }

  /** The lines that it took. */
  public List<String> written() {
    return written;
  }

  public long count(String line) {
    return written.stream().filter(line::equals).count();
  }
}
