package dev.kmsagent.adapters.kms;

import dev.kmsagent.emulator.EmulatorCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Certificates of two authorities, made once for all tests. */
public final class Certificates {
  /** For the hosts of the tests, by their names: not for 127.0.0.1. */
  public static final EmulatorCertificates NAMED =
      make("dns:localhost,dns:kms.example,dns:sts.example");

  /** Of the other authority. */
  public static final EmulatorCertificates OTHER = make("dns:localhost");

  private Certificates() {}

  private static EmulatorCertificates make(String names) {
    try {
      var target = Path.of("target").toAbsolutePath();
      return EmulatorCertificates.in(Files.createTempDirectory(target, "certificates-"), names);
    } catch (IOException | InterruptedException failed) {
      throw new IllegalStateException(failed);
    }
  }
}
