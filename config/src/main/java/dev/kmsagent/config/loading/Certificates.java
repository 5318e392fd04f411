package dev.kmsagent.config.loading;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;

/** Files of certificates. */
final class Certificates {
  private Certificates() {}

  /** Whether the file can be read and holds at least one. */
  static boolean areIn(Path file) {
    try (InputStream content = Files.newInputStream(file)) {
      return !CertificateFactory.getInstance("X.509").generateCertificates(content).isEmpty();
    } catch (IOException | CertificateException unreadable) {
      return false;
    }
  }
}
