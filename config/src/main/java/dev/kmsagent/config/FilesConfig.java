package dev.kmsagent.config;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toUnmodifiableSet;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The table {@code [Files]}: secrets that the agent writes to files.
 *
 * @param directory that the files are in
 * @param mode the permissions of each file, as in {@code chmod}
 * @param entries at least one
 */
public record FilesConfig(Path directory, int mode, List<FileEntry> entries) {
  public FilesConfig {
    entries = List.copyOf(entries);
  }

  /** The names of all secrets that the files need, in their order. */
  public SortedSet<String> secrets() {
    return entries.stream()
        .flatMap(file -> file.secrets().stream())
        .collect(toCollection(TreeSet::new));
  }

  /**
   * One file.
   *
   * @param name a plain name, without a folder
   * @param pieces that it consists of; one at least is a value
   */
  public record FileEntry(String name, List<Piece> pieces) {
    public FileEntry {
      pieces = List.copyOf(pieces);
    }

    /** The names of the secrets that it needs. */
    public Set<String> secrets() {
      return pieces.stream()
          .flatMap(piece -> piece instanceof Value(var name, _, _) ? Stream.of(name) : Stream.of())
          .collect(toUnmodifiableSet());
    }
  }

  /** A part of a file. */
  public sealed interface Piece {}

  /** A text of the configuration. */
  public record Literal(String text) implements Piece {}

  /**
   * The value of a secret's current version.
   *
   * @param name of the secret, or its ARN
   * @param field of the JSON object that it is; empty for the value as a whole
   */
  public record Value(String name, Optional<String> field, Encoding encoding) implements Piece {}

  /** How a value is written into a file. */
  public enum Encoding {
    /** The exact bytes. */
    RAW,
    /** As a value of {@code java.util.Properties}. */
    PROPERTIES,
    /** As a JSON string, with its quotes. */
    JSON,
    /** As one word of sh, with its quotes. */
    SHELL,
    /** Each byte but letters, digits and {@code -._~} as {@code %XX} (RFC 3986). */
    URL,
    /** The exact bytes in base64 (RFC 4648). */
    BASE64,
    /** The fields of a JSON object, for {@code java.util.Properties}. */
    ALL_PROPERTIES,
    /** The fields of a JSON object, as assignments that both sh and systemd read. */
    ALL_ENV
  }
}
