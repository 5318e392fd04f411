package dev.kmsagent.bootstrap.command;

import dev.kmsagent.bootstrap.command.EmulatorOptions.Identity;
import dev.kmsagent.emulator.seed.Seed;
import dev.kmsagent.emulator.seed.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * Runs an emulated cloud until a signal ends it.
 *
 * @param identity the credentials in the environment
 * @param file where the environment is written too, with the files that it names beside it; {@code
 *     null} for nowhere
 */
record EmulatorSession(
    CommandContext context,
    Reach reach,
    EmulatedCloud.Listeners listeners,
    Identity identity,
    @Nullable Path file) {
  /** Runs it and returns the exit status. */
  int run(@Nullable Path secrets) {
    return new SeededRun(context, secrets, file == null ? null : file.getParent()).run(this::run);
  }

  private int run(Seeds seeds, Path folder) throws IOException {
    var shutdown = context.shutdown().get();
    try (var cloud = EmulatedCloud.complete(seeds, folder, reach, listeners)) {
      var hasFiles = file != null || !reach.isOpen();
      var text = new EmulatedEnvironment(cloud, listeners, identity, hasFiles).text();
      if (file != null) {
        write(file, text);
      }
      context.out().print(greeting(cloud, hasFiles, seeds) + text);
      context.out().flush();
      shutdown.run();
      if (file != null) {
        removeOwn(file, text);
      }
      return ExitStatus.DONE;
    }
  }

  /** Replaces the file at once: who waits for it reads all of it. */
  private static void write(Path file, String text) throws IOException {
    var readable = PosixFilePermissions.fromString("rw-r--r--");
    var unfinished =
        Files.createTempFile(
            file.getParent(),
            ".environment-",
            null,
            PosixFilePermissions.asFileAttribute(readable));
    try {
      Files.writeString(unfinished, text);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  /** A file that another emulator or a person has written since stays. */
  private static void removeOwn(Path file, String text) throws IOException {
    if (Files.isReadable(file) && Files.readString(file).equals(text)) {
      Files.deleteIfExists(file);
    }
  }

  private String greeting(EmulatedCloud cloud, boolean hasFiles, Seeds seeds) {
    var url = listeners.scheme() + "://" + cloud.endpoint();
    var trust = hasFiles ? "--cacert " + EmulatedEnvironment.quoted(cloud.caFile()) + " " : "-k ";
    var names = seeds.secrets().stream().map(Seed::name).toList();
    return """
        listening on %s
        %sWhat it can do: curl %s%s/_emulator. Ctrl-C ends it.
        Secrets: %s

        """
        .formatted(
            url, reach.warning(), listeners.tls() ? trust : "", url, String.join(", ", names));
  }
}
