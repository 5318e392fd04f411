package dev.kmsagent.config.loading;

import dev.kmsagent.config.Trust;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Optional;

/** A file of the authorities that are trusted besides the system's. */
final class CaFile {
  static final Shape<Path> SHAPE = Shapes.path("a file of certificates in PEM");

  private CaFile() {}

  /** The rule that the file, if one is given, can be read and holds at least one certificate. */
  static Rule holdsCertificates(ConfigKey<Path> key) {
    return Rule.on(
        "`" + key.path() + "` can be read and holds a certificate",
        values -> values.settled(key).flatMap(file -> verdict(key, file, values)),
        key);
  }

  private static Optional<Problem> verdict(ConfigKey<Path> key, Value<Path> file, Values values) {
    return hasCertificates(values.resolve(file.content()))
        ? Optional.empty()
        : Optional.of(
            new Problem(
                file.origin(),
                key.path(),
                "holds no certificate that can be read",
                key.shape().show(file.content()),
                key.shape().allowed()));
  }

  private static boolean hasCertificates(Path file) {
    try (InputStream content = Files.newInputStream(file)) {
      return !CertificateFactory.getInstance("X.509").generateCertificates(content).isEmpty();
    } catch (IOException | CertificateException unreadable) {
      return false;
    }
  }

  static Trust trust(ConfigKey<Path> key, Values values) {
    return values
        .find(key)
        .<Trust>map(file -> new Trust.AlsoFrom(values.resolve(file)))
        .orElseGet(Trust.SystemAuthorities::new);
  }
}
