package dev.kmsagent.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The table {@code [Files]}: secrets that the agent writes to files.
 *
 * @param directory that the files are in
 * @param mode the permissions of each file, as in {@code chmod}
 */
public record FilesConfig(Path directory, int mode, List<FileEntry> entries) {
  public FilesConfig {
    entries = List.copyOf(entries);
  }

  /**
   * One file.
   *
   * @param name a plain name, without a folder
   */
  public record FileEntry(String name, Content content) {}

  /** What a file holds. */
  public sealed interface Content {
    /** One secret, or a field of it, in one format. */
    record Whole(Reference secret, Format format) implements Content {}

    /** A text with references to secrets. */
    record Text(List<Piece> pieces) implements Content {
      public Text {
        pieces = List.copyOf(pieces);
      }
    }
  }

  /** A part of a {@link Content.Text}. */
  public sealed interface Piece {
    /** It is copied. */
    record Literal(String text) implements Piece {}

    /** A value takes its place. */
    record Insert(Reference secret, Encoding encoding) implements Piece {}
  }

  /**
   * The current version of a secret.
   *
   * @param field of the JSON object that it is; empty for the value as it is
   */
  public record Reference(String secret, Optional<String> field) {}

  /** How a secret fills a file. */
  public enum Format {
    /** The exact bytes. */
    EXACT,
    /** The fields of a JSON object, for {@code java.util.Properties}. */
    PROPERTIES,
    /** The fields of a JSON object, as assignments that both sh and systemd read. */
    ENV
  }

  /** How a value is written into a text. */
  public enum Encoding {
    RAW,
    PROPERTIES,
    JSON,
    SHELL,
    URL,
    BASE64
  }
}
