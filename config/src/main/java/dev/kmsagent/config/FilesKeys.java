package dev.kmsagent.config;

import static dev.kmsagent.config.schema.ValueTypes.checked;
import static dev.kmsagent.config.schema.ValueTypes.path;
import static dev.kmsagent.config.schema.ValueTypes.text;

import dev.kmsagent.config.FilesConfig.FileEntry;
import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Rule;
import dev.kmsagent.config.schema.Rule.Condition;
import dev.kmsagent.config.schema.Table;
import dev.kmsagent.config.schema.ValueTypes;
import dev.kmsagent.config.schema.Values;
import dev.kmsagent.domain.Parsed;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The keys of {@code [Files]}. */
final class FilesKeys extends Table<Optional<FilesConfig>> {
  private static final int OCTAL = 8;

  private final ConfigKey<Path> directory = key("Directory", path("a folder"));
  private final ConfigKey<Integer> mode =
      key(
          "Mode",
          text(
              "permissions such as `\"0640\"`: to read, and for the owner to write",
              FilesKeys::mode,
              bits -> "\"0%03o\"".formatted(bits)),
          Integer.parseInt("640", OCTAL));
  private final ConfigKey<String> entries =
      key(
          "Entries",
          ValueTypes.toml(
              "TOML that has for each file a table, `[NAME]`, with `secret` or `content`",
              text -> FileEntries.parse(text).map(_ -> text)));

  /** The keys, given those of the credentials that secrets are read with. */
  FilesKeys(CredentialKeys credentials) {
    super("Files");
    var given = Condition.given(entries);
    demand(
        Rule.required("`Files.Entries` requires `Files.Directory`", given, directory),
        Rule.onlyWith("`Files.Directory` is allowed only with `Files.Entries`", given, directory),
        credentials.withoutPodIdentity(given));
  }

  private static Parsed<Integer> mode(String text) {
    return checked(text, it -> it.matches("0?[46][04]{2}"), "is not allowed")
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
