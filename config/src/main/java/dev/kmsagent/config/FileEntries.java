package dev.kmsagent.config;

import static dev.kmsagent.config.schema.ValueTypes.checked;
import static dev.kmsagent.config.schema.ValueTypes.orInvalid;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import dev.kmsagent.config.FilesConfig.Encoding;
import dev.kmsagent.config.FilesConfig.FileEntry;
import dev.kmsagent.config.FilesConfig.Literal;
import dev.kmsagent.config.FilesConfig.Piece;
import dev.kmsagent.config.FilesConfig.Value;
import dev.kmsagent.config.schema.Origin;
import dev.kmsagent.config.schema.Problem;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.toml.TomlText;
import dev.kmsagent.domain.Parsed;
import dev.kmsagent.domain.Parsed.Invalid;
import dev.kmsagent.domain.Parsed.Valid;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlTable;

/**
 * The value of {@code Files.Entries}: a TOML text with a table for each file. The path of the table
 * is the file's name, so that {@code [tls.crt]} and {@code ["tls.crt"]} are the same file.
 */
final class FileEntries {
  private static final int LONGEST = 16_000;

  /** Names that a ConfigMap of Kubernetes takes, too; a volume has others for itself. */
  private static final Pattern NAME = Pattern.compile("(?![.]$|[.][.])[A-Za-z0-9._-]{1,253}");

  private static final Set<String> MEMBERS = Set.of("secret", "format", "content");
  private static final Map<String, Encoding> FORMATS =
      new TreeMap<>(Map.of("properties", Encoding.ALL_PROPERTIES, "env", Encoding.ALL_ENV));
  private static final Map<String, Encoding> ENCODINGS =
      new TreeMap<>(
          EnumSet.range(Encoding.RAW, Encoding.BASE64).stream()
              .collect(toMap(it -> it.name().toLowerCase(Locale.ROOT), it -> it)));

  /** A reference, or a brace that begins none; two signs before it stand for one. */
  private static final Pattern REFERENCE =
      Pattern.compile("(?<!@)((?:@@)*+)(?:@[{]([^}]*+[}]?)|[{])");

  private static final Pattern VALUE = Pattern.compile("(?s)([^#]+)(?:#(.+))?");

  private final TomlText text;
  private final Map<String, FileEntry> files = new TreeMap<>();
  private final List<Problem> problems = new ArrayList<>();

  private FileEntries(TomlText text) {
    this.text = text;
  }

  /** The files, in the order of their names. */
  static Parsed<List<FileEntry>> parse(String toml) {
    return toml.length() > LONGEST
        ? new Invalid<>("is longer than " + LONGEST + " characters")
        : TomlText.parse("", toml, text -> new FileEntries(text).parse(), FileEntries::wrong);
  }

  private static <T> Parsed<T> wrong(List<Problem> problems) {
    return new Invalid<>(problems.stream().map(FileEntries::described).collect(joining(", and ")));
  }

  private static String described(Problem problem) {
    var place = problem.origin().isLine() ? "(line " + problem.origin().line() + "): " : "";
    return place + (problem.subject() + " " + problem.wrong()).strip();
  }

  private Parsed<List<FileEntry>> parse() {
    walk("", text.root());
    return problems.isEmpty() ? new Valid<>(List.copyOf(files.values())) : wrong(problems);
  }

  private void walk(String prefix, TomlTable table) {
    for (var member : table.entrySet()) {
      var path = prefix + member.getKey();
      var origin = text.originOf(table, member.getKey());
      if (member.getValue() instanceof TomlTable inner) {
        visit(path, inner, origin);
      } else if (prefix.isEmpty()) {
        problems.add(new Problem(origin, TomlValue.cut(path), "must be a table"));
      }
    }
  }

  /** It is a file, unless there are only tables in it. */
  private void visit(String path, TomlTable table, Origin origin) {
    if (!NAME.matcher(path).matches()) {
      var wrong = "is no name of a file: letters, digits and ._- that do not begin with two dots";
      problems.add(new Problem(origin, TomlValue.cut(path), wrong));
      return;
    }
    var members = new TreeMap<>(table.toMap());
    members.values().removeIf(TomlTable.class::isInstance);
    if (table.isEmpty() || !members.isEmpty()) {
      pieces(members)
          .map(pieces -> new FileEntry(path, pieces))
          .then(file -> checked(file, it -> files.putIfAbsent(path, it) == null, "is given twice"))
          .fold(file -> true, wrong -> problems.add(new Problem(origin, path, wrong)));
    }
    walk(path + ".", table);
  }

  private static Parsed<List<Piece>> pieces(Map<String, Object> members) {
    for (var member : members.entrySet()) {
      if (!MEMBERS.contains(member.getKey()) || !(member.getValue() instanceof String)) {
        return new Invalid<>(
            "has %s, which is none of the strings secret, format and content"
                .formatted(TomlValue.cut(member.getKey())));
      }
    }
    var secret = (String) members.get("secret");
    var content = (String) members.get("content");
    var format = (String) members.get("format");
    if (secret != null && content == null) {
      return whole(secret, format).map(List::of);
    }
    return secret == null && content != null && format == null
        ? pieces(content)
        : new Invalid<>("must have either secret, which may have a format, or content");
  }

  private static Parsed<Piece> whole(String secret, @Nullable String format) {
    if (format == null) {
      return value(secret, Encoding.RAW);
    }
    return secret.contains("#")
        ? new Invalid<>("has a format, which is for all fields and not for one")
        : known(FORMATS, format, "its format").then(encoding -> value(secret, encoding));
  }

  private static Parsed<List<Piece>> pieces(String text) {
    var pieces = new ArrayList<Piece>();
    var literal = new StringBuilder();
    int done = 0;
    for (var found : REFERENCE.matcher(text).results().toList()) {
      literal.append(text, done, found.start()).append("@".repeat(found.group(1).length() / 2));
      done = found.end();
      if (found.group(2) == null) {
        literal.append('{');
      } else if (reference(found.group(2)) instanceof Valid<Piece>(var value)) {
        pieces.add(new Literal(literal.toString()));
        pieces.add(value);
        literal.setLength(0);
      } else {
        return reference(found.group(2)).map(List::of);
      }
    }
    pieces.add(new Literal(literal.append(text, done, text.length()).toString()));
    return checked(pieces, it -> it.size() > 1, "has no reference such as @{NAME#FIELD}");
  }

  /** A reference without the sign and the brace that it begins with. */
  private static Parsed<Piece> reference(String text) {
    var shown = "@{" + TomlValue.cut(text);
    if (!text.endsWith("}")) {
      return new Invalid<>("has %s without a }".formatted(shown));
    }
    var parts = text.substring(0, text.length() - 1).split("[|](?=[^|]*$)", 2);
    return known(ENCODINGS, parts.length == 1 ? "raw" : parts[1], "the encoding of " + shown)
        .then(encoding -> value(parts[0], encoding));
  }

  private static Parsed<Encoding> known(Map<String, Encoding> words, String word, String what) {
    return orInvalid(
        Optional.ofNullable(words.get(word)),
        "needs one of %s as %s".formatted(String.join(", ", words.keySet()), what));
  }

  /** As {@code get} takes it: no name in KMS contains a {@code #}. */
  private static Parsed<Piece> value(String text, Encoding encoding) {
    var parts = VALUE.matcher(text);
    return parts.matches() && CacheConfig.Keys.isSecretName(parts.group(1))
        ? new Valid<>(new Value(parts.group(1), Optional.ofNullable(parts.group(2)), encoding))
        : new Invalid<>(
            "refers to %s, which is neither NAME nor NAME#FIELD"
                .formatted(TomlValue.literal(TomlValue.cut(text))));
  }
}
