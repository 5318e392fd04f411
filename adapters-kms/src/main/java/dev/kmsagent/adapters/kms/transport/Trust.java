package dev.kmsagent.adapters.kms.transport;

import java.nio.file.Path;

/** Whose certificates are believed. */
public sealed interface Trust {
  /** The system's authorities. */
  record SystemAuthorities() implements Trust {}

  /** The system's authorities, and those of a file of PEM certificates. */
  record AlsoFrom(Path pemFile) implements Trust {}
}
