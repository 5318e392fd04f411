package dev.kmsagent.emulator.seed;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;

/**
 * A TOML file of {@code [[secret]]}, {@code [[access-key]]} and {@code [[role]]} tables, as {@code
 * docs/emulator.md} describes it.
 */
public final class SeedFile {
  private SeedFile() {}

  /** The outcome of reading. */
  public sealed interface Reading {
    /** The file is valid. */
    record Valid(Seeds seeds) implements Reading {}

    /** All problems of the file, each with its line; values are not quoted. */
    record Problems(List<String> problems) implements Reading {
      public Problems {
        problems = List.copyOf(problems);
      }
    }
  }

  /**
   * Reads a file.
   *
   * @throws IOException when it cannot be read at all
   */
  public static Reading read(Path file) throws IOException {
    return parse(Files.readString(file));
  }

  /** The demonstration secrets that come with the emulator: one of each kind. */
  public static Seeds demonstration() throws IOException {
    try (InputStream in = SeedFile.class.getResourceAsStream("demonstration.toml")) {
      if (in == null) {
        throw new IOException("demonstration.toml is not on the class path");
      }
      return switch (parse(new String(in.readAllBytes(), StandardCharsets.UTF_8))) {
        case Reading.Valid(var seeds) -> seeds;
        case Reading.Problems(var problems) -> throw new IOException(problems.toString());
      };
    }
  }

  /** Reads the text of such a file. */
  public static Reading parse(String toml) {
    TomlParseResult document = Toml.parse(toml);
    var problems = new ArrayList<String>();
    document
        .errors()
        .forEach(e -> problems.add("line " + e.position().line() + ": " + e.getMessage()));
    if (!problems.isEmpty()) {
      return new Reading.Problems(problems);
    }
    Seeds seeds = seeds(new SeedTable(document, 1, problems));
    return problems.isEmpty() ? new Reading.Valid(seeds) : new Reading.Problems(problems);
  }

  private static Seeds seeds(SeedTable document) {
    document.allow("secret", "access-key", "role");
    return new Seeds(
        distinct(document, "secret", "name", SeedReader::secret),
        distinct(document, "access-key", "id", SeedReader::accessKey),
        distinct(document, "role", "name", SeedReader::role));
  }

  private static <T> List<T> distinct(
      SeedTable document, String list, String key, Function<SeedTable, Optional<T>> reader) {
    var all = new ArrayList<T>();
    var names = new HashSet<String>();
    for (SeedTable table : document.tables(list)) {
      reader.apply(table).ifPresent(all::add);
      String name = table.string(key).orElse("");
      if (!name.isEmpty() && !names.add(name)) {
        table.problem("a second " + list + " of the " + key + " " + name);
      }
    }
    return all;
  }
}
