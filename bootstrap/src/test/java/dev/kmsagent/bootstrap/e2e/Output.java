package dev.kmsagent.bootstrap.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The lines that a process writes to a stream, read as they come. */
final class Output {
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final Thread reader;

  Output(InputStream stream) {
    reader = Thread.startVirtualThread(() -> read(stream));
  }

  private void read(InputStream stream) {
    try (var text = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      text.lines().forEach(lines::add);
    } catch (UncheckedIOException | IOException closed) {
      lines.add("(the stream broke: " + closed.getMessage() + ")");
    }
  }

  /** What has come so far. */
  List<String> lines() {
    return List.copyOf(lines);
  }

  /** All of it, once its process has ended. */
  String whole() throws InterruptedException {
    reader.join();
    return String.join("\n", lines);
  }
}
