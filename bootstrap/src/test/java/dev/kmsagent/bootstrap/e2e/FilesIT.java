package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of a process, as other processes read them. */
final class FilesIT {
  /** Files of so many words, each of which is the version, so that half a file is found. */
  private static final int WORDS = 3000;

  private static final List<String> SAME = List.of("a", "b", "c", "d");

  /** Opens the folder once, and reads all files in it, as often as it can, until it is stopped. */
  private static final String READER =
      """
      import os, sys, time
      directory, stop = sys.argv[1:]
      reads = mixed = half = gone = 0
      versions = set()
      start = time.monotonic()
      while not os.path.exists(stop):
          folder = os.open(directory + "/..data", os.O_RDONLY | os.O_DIRECTORY)
          seen = set()
          try:
              for name in "abcd":
                  with open(os.open(name, os.O_RDONLY, dir_fd=folder)) as file:
                      text = file.read()
                  word = text.split(" ", 1)[0]
                  half += text != (word + " ") * %d
                  seen.add(word)
              reads += 1
              mixed += len(seen) > 1
              versions |= seen
          except FileNotFoundError:
              gone += 1
          finally:
              os.close(folder)
          time.sleep(0.0002)
      print("reads=%%d a_second=%%d versions=%%d gone=%%d half=%%d mixed=%%d" %% (
          reads, reads / (time.monotonic() - start), len(versions), gone, half, mixed))
      """
          .formatted(WORDS);

  @TempDir private Path folder;
  @AutoClose private final TestCloud cloud = TestCloud.start();
  private final AtomicInteger version = new AtomicInteger(1);

  private Path directory() {
    return folder.resolve("files");
  }

  private AgentSetup setup(String entries) {
    return cloud
        .setup()
        .with("Files.Directory = \"%s\"".formatted(directory()))
        .with("Files.Entries = \"%s\"".formatted(entries.replace("\n", "\\n")))
        .withManagement();
  }

  private static String entry(String file, String secret) {
    return "[%s]\nsecret = '%s'\n".formatted(file, secret);
  }

  private static String value(int version) {
    return ("v" + version + " ").repeat(WORDS);
  }

  private String read(String file) {
    try {
      return Files.readString(directory().resolve(file));
    } catch (IOException missing) {
      return "";
    }
  }

  private List<String> names(String prefix) {
    try (var paths = Files.list(directory())) {
      return paths
          .map(it -> it.getFileName().toString())
          .filter(it -> it.startsWith(prefix))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitStart(AgentProcess agent) {
    Patience.see(() -> agent.management().get("/startupz").status(), status -> status == 200);
  }

  private int rotate(String secret, AgentProcess agent) {
    int next = version.incrementAndGet();
    cloud.emulator().secrets().put(secret, "v" + next, value(next));
    assertThat(agent.client().refreshed(secret).status()).isEqualTo(200);
    return next;
  }

  /** Rotates without a pause until the agent is gone. */
  private CompletableFuture<Void> rotateUntilTheEnd(String secret, AgentProcess agent) {
    var rotated = new AtomicInteger();
    var end =
        CompletableFuture.runAsync(
            () -> {
              while (agent.isAlive()) {
                rotate(secret, agent);
                rotated.incrementAndGet();
              }
            },
            Thread::startVirtualThread);
    Patience.see(rotated::get, count -> count > 10);
    return end;
  }

  @Test
  void a_reader_never_sees_two_versions_or_half_a_file() throws Exception {
    assertReadWhole(30, 1);
  }

  @Test
  @Tag("thorough")
  void a_reader_never_sees_two_versions_or_half_a_file_during_many_changes() throws Exception {
    assertReadWhole(100, 4);
  }

  private void assertReadWhole(int rotations, int kills) throws Exception {
    assumeTrue(SystemCommand.isThere("python3"), "the reader needs python3");
    var secret = cloud.newSecret(value(1));
    var other = cloud.newSecret("other");
    var setup =
        setup(
            String.join("", SAME.stream().map(it -> entry(it, secret)).toList())
                + entry("e", other));
    var stop = folder.resolve("stop");
    CompletableFuture<SystemCommand.Outcome> reader;
    try (var agent = AgentProcess.start(setup)) {
      awaitStart(agent);
      reader = SystemCommand.of("python3", "-c", READER, directory(), stop).start();
      for (int i = 0; i < rotations; i++) {
        int last = rotate(secret, agent);
        if (i % 10 == 0) {
          Patience.see(() -> read("d"), text -> text.equals(value(last)));
        }
      }
      cloud.emulator().secrets().deny(other);
      agent.client().refreshed(other);
      Patience.see(() -> read("e"), String::isEmpty);
      assertThat(names("e")).isEmpty();

      cloud.emulator().faults().add(FaultRule.of(new Fault.Reset()));
      int last = version.get();
      cloud.emulator().secrets().put(secret, "unread", value(0));
      agent.client().refreshed(secret);
      assertThat(read("a")).isEqualTo(value(last));
      cloud.emulator().faults().clear();
    }
    for (int i = 0; i < kills; i++) {
      try (var agent = AgentProcess.start(setup)) {
        awaitStart(agent);
        assertThat(names("..data")).containsExactly("..data");
        assertThat(names("..2")).hasSizeLessThanOrEqualTo(2);
        var rotating = rotateUntilTheEnd(secret, agent);
        agent.signal("KILL");
        Patience.join(rotating.exceptionally(_ -> null));
      }
    }
    try (var agent = AgentProcess.start(setup)) {
      awaitStart(agent);
      int last = rotate(secret, agent);
      Patience.see(() -> read("d"), text -> text.equals(value(last)));
    }
    Files.createFile(stop);
    var seen = Patience.join(reader).outputOfSuccess();
    Files.writeString(Path.of("target", "files-reader.txt"), seen);
    assertThat(seen).contains(" half=0 mixed=0").doesNotContain("reads=0 ");
  }

  @Test
  void an_application_that_asks_the_startup_page_begins_with_its_files() {
    var secret = cloud.newSecret("v1");
    var missing = cloud.missingSecret();
    cloud.emulator().faults().add(FaultRule.of(new Fault.Reset()));
    try (var agent = AgentProcess.start(setup(entry("a", secret) + entry("b", missing)))) {
      var pages = agent.management();
      assertThat(Stream.of("/startupz", "/readyz").map(page -> pages.get(page).status()))
          .containsOnly(503);
      assertThat(agent.client().get("/startupz").status()).isEqualTo(503);
      assertThat(Stream.of("/ping", "/healthz", "/metrics").map(page -> pages.get(page).status()))
          .containsOnly(200);

      cloud.emulator().faults().clear();
      awaitStart(agent);
      assertThat(read("a")).isEqualTo("v1");
      assertThat(agent.client().get("/readyz").body())
          .contains(
              "\"Files cannot be made: 1.\"", "\"b: " + missing + ": Forbidden.ResourceNotFound\"");
      assertThat(pages.get("/metrics").body())
          .contains(
              "kms_agent_files{state=\"current\"} 1.0", "kms_agent_files{state=\"failed\"} 1.0");
    }
  }
}
