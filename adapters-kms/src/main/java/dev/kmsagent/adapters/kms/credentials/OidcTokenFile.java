package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.domain.NoSecret.IdentityRefused;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The file in which the platform keeps the workload's token. */
final class OidcTokenFile {
  private static final String CURE =
      ": the pod must mount its projected service account token there, which needs RRSA enabled for"
          + " the cluster, the namespace and the service account.";

  private final Path file;

  OidcTokenFile(Path file) {
    this.file = file;
  }

  /** What a look at the file comes to. */
  sealed interface Look {
    /** It holds something. */
    record Usable() implements Look {}

    /** It does not. */
    record Unusable(IdentityRefused reason) implements Look {}
  }

  /** Looks whether the file is worth being sent. */
  Look look() {
    try (var lines = Files.lines(file)) {
      return lines.allMatch(String::isBlank) ? unusable("is empty") : new Look.Usable();
    } catch (NoSuchFileException _) {
      return unusable("is not there");
    } catch (IOException | UncheckedIOException _) {
      return unusable("cannot be read");
    }
  }

  private Look unusable(String what) {
    return new Look.Unusable(
        new IdentityRefused("", "The OIDC token file " + file + " " + what + CURE));
  }
}
