package dev.kmsagent.emulator.session;

import dev.kmsagent.emulator.identity.OidcProvider;
import dev.kmsagent.emulator.kms.StoredSecret;
import dev.kmsagent.emulator.seed.Seeds;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs an emulated cloud.
 *
 * @param identity whose credentials are in the environment
 * @param cluster whose tokens STS accepts, beside its own; empty for none
 * @param file where the environment is written too, with the files that it names beside it; {@code
 *     null} for nowhere
 */
public record EmulatorSession(
    Reach reach,
    EmulatedCloud.Listeners listeners,
    Identity identity,
    Optional<OidcProvider.Cluster> cluster,
    @Nullable Path file) {
  /** Runs it until {@code shutdown} returns; says on {@code out} how it is used. */
  public void run(Seeds seeds, Path folder, PrintStream out, Runnable shutdown) throws IOException {
    try (var cloud = EmulatedCloud.complete(seeds, folder, reach, listeners)) {
      cluster.ifPresent(cloud.emulator().oidc()::trust);
      var hasFiles = file != null || !reach.isOpen();
      var text = new EmulatedEnvironment(cloud, listeners, identity, hasFiles).text();
      if (file != null) {
        write(file, text);
      }
      out.print(greeting(cloud, hasFiles, seeds) + text);
      out.flush();
      shutdown.run();
      if (file != null) {
        removeOwn(file, text);
      }
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
    var names = seeds.secrets().stream().map(StoredSecret::name).toList();
    return """
        listening on %s
        %sWhat it can do: curl %s%s/_emulator. Ctrl-C ends it.
        Secrets: %s

        """
        .formatted(
            url, reach.warning(), listeners.tls() ? trust : "", url, String.join(", ", names));
  }
}
