package dev.kmsagent.config;

import static dev.kmsagent.config.schema.ConfigKey.DefaultValue.unset;
import static dev.kmsagent.config.schema.ValueTypes.checked;
import static dev.kmsagent.config.schema.ValueTypes.path;
import static dev.kmsagent.config.schema.ValueTypes.text;
import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.Rule.Condition;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.ValueType.Parsed;
import dev.kmsagent.config.schema.ValueTypes;
import dev.kmsagent.config.schema.Values;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
   * @param secret its name or ARN
   * @param field of the JSON object that it is; empty for the value as a whole
   */
  public record Value(String secret, Optional<String> field, Encoding encoding) implements Piece {}

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

  /** The keys of {@code [Files]}. */
  static final class Keys extends Table<Optional<FilesConfig>> {
    private static final int OCTAL = 8;

    private final ConfigKey<Path> directory = key("Directory", path("a folder"), unset("none"));
    private final ConfigKey<Integer> mode =
        key(
            "Mode",
            text(
                "permissions such as `\"0640\"`: to read and to write, and the owner can read",
                Keys::mode,
                bits -> "\"0%03o\"".formatted(bits)),
            Integer.parseInt("640", OCTAL));
    private final ConfigKey<String> entries =
        key(
            "Entries",
            ValueTypes.toml(
                "TOML that has for each file a table, `[NAME]`, with `secret` or `content`",
                text -> FileEntries.parse(text).map(_ -> text)),
            unset("none"));

    /** The keys, given those of the credentials that secrets are read with. */
    Keys(CredentialKeys credentials) {
      super("Files");
      var given = Condition.given(entries);
      demand(
          Rule.required("`Files.Entries` requires `Files.Directory`", given, directory),
          Rule.onlyWith("`Files.Directory` is allowed only with `Files.Entries`", given, directory),
          credentials.withoutPodIdentity(given));
    }

    private static Parsed<Integer> mode(String text) {
      return checked(text, it -> it.matches("0?[46][0246]{2}"), "is not allowed")
          .map(digits -> Integer.parseInt(digits, OCTAL));
    }

    @Override
    public Optional<FilesConfig> build(Values values) {
      var text = entries.findIn(values).orElse("");
      return text.isEmpty() ? Optional.empty() : build(text, values);
    }

    /** In a method of its own, for whose classes other agents have no use. */
    private Optional<FilesConfig> build(String text, Values values) {
      var files = FileEntries.parse(text).<List<FileEntry>>fold(it -> it, _ -> List.of());
      return files.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new FilesConfig(values.resolve(directory.in(values)), mode.in(values), files));
    }
  }
}
