package dev.kmsagent.bootstrap.command;

import dev.kmsagent.emulator.seed.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs an emulated cloud until a signal ends it.
 *
 * @param file where the environment is written too; {@code null} for nowhere
 */
record EmulatorSession(
    CommandContext context,
    EmulatorListeners listeners,
    DevIdentity identity,
    @Nullable Path file) {
  /** Runs it and returns the exit status. */
  int run(@Nullable Path secrets) {
    return new SeededRun(context, secrets).run(this::run);
  }

  private int run(List<Seed> seeds, Path folder) throws IOException {
    var shutdown = context.shutdown().get();
    try (var cloud = EmulatedCloud.complete(seeds, folder, listeners)) {
      var environment = new EmulatorEnvironment(cloud, listeners.scheme(), identity).text();
      if (file != null) {
        write(file.toAbsolutePath(), environment);
      }
      context.out().print(greeting(cloud, seeds) + environment);
      context.out().flush();
      shutdown.run();
      return ExitStatus.DONE;
    }
  }

  /** Replaces the file at once: who waits for it reads all of it. */
  private static void write(Path file, String text) throws IOException {
    var unfinished = Files.createTempFile(file.getParent(), ".environment-", null);
    try {
      Files.writeString(unfinished, text);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private String greeting(EmulatedCloud cloud, List<Seed> seeds) {
    var url = listeners.scheme() + "://" + cloud.emulator().endpoint();
    var trust = listeners.tls() ? "--cacert " + cloud.caFile() + " " : "";
    var names = seeds.stream().map(Seed::name).toList();
    return """
        listening on %s
        What it can do: curl %s%s/_emulator. Ctrl-C ends it.
        Secrets: %s

        """
        .formatted(url, trust, url, String.join(", ", names));
  }
}
