package dev.kmsagent.config;

import dev.kmsagent.domain.ConfidentialText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The audit trail.
 *
 * @param required whether a secret is returned only once the line of its read was written; else a
 *     line that cannot be written is lost, and the read is answered
 * @param folder made when missing
 * @param fileBytes size at which the file rolls
 * @param mostBytes size of all files at which no line is written
 * @param keep after which a rolled file is deleted
 * @param keyFile the pair of keys that signs lines, in PEM
 */
public record AuditConfig(
    boolean required,
    Path folder,
    long fileBytes,
    long mostBytes,
    Duration keep,
    Optional<Path> keyFile) {
  /**
   * The content of the file of the keys.
   *
   * @throws IllegalArgumentException when it cannot be read; the message is for people
   */
  public Optional<ConfidentialText> readKey() {
    return keyFile.map(ServerCertificate::text).map(ConfidentialText::new);
  }
}
