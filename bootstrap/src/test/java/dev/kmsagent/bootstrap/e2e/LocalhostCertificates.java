package dev.kmsagent.bootstrap.e2e;

import dev.kmsagent.emulator.EmulatorCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Certificates for {@code localhost} and 127.0.0.1, made once for all tests. */
final class LocalhostCertificates {
  static final EmulatorCertificates CERTIFICATES = make();

  private LocalhostCertificates() {}

  private static EmulatorCertificates make() {
    try {
      var target = Path.of("target").toAbsolutePath();
      return EmulatorCertificates.in(Files.createTempDirectory(target, "certificates-"));
    } catch (IOException | InterruptedException failed) {
      throw new IllegalStateException(failed);
    }
  }
}
