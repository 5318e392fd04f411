package dev.kmsagent.config;

import java.nio.file.Path;

/** Whose certificates are believed. */
public sealed interface Trust {

  /** The authorities of the system. */
  record SystemAuthorities() implements Trust {}

  /** The authorities of the system and those of a PEM file. */
  record AlsoFrom(Path pemFile) implements Trust {}
}
