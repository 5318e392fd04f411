package dev.kmsagent.clients;

import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.Unchecked;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A program that runs until the test ends, and prints to a file. */
record Running(Process process, Path output) implements AutoCloseable {
  void awaitLines(String... lines) {
    Patience.see(this::lines, List.of(lines)::equals);
  }

  List<String> lines() {
    return Unchecked.get(() -> Files.readAllLines(output));
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
