package dev.kmsagent.emulator.seed;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;

/** A TOML file of {@code [[secret]]} tables, as {@code docs/emulator.md} describes it. */
public final class SeedFile {
  private SeedFile() {}

  /** The outcome of reading. */
  public sealed interface Reading {
    /** The file is valid. */
    record Seeds(List<Seed> seeds) implements Reading {
      public Seeds {
        seeds = List.copyOf(seeds);
      }
    }

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
  public static List<Seed> demonstration() throws IOException {
    try (InputStream in = SeedFile.class.getResourceAsStream("demonstration.toml")) {
      if (in == null) {
        throw new IOException("demonstration.toml is not on the class path");
      }
      return switch (parse(new String(in.readAllBytes(), StandardCharsets.UTF_8))) {
        case Reading.Seeds(var seeds) -> seeds;
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
    List<Seed> seeds = seeds(new SeedTable(document, 1, problems));
    return problems.isEmpty() ? new Reading.Seeds(seeds) : new Reading.Problems(problems);
  }

  private static List<Seed> seeds(SeedTable document) {
    document.allow("secret");
    var seeds = new ArrayList<Seed>();
    var names = new HashSet<String>();
    for (SeedTable table : document.tables("secret")) {
      SeedReader.read(table).ifPresent(seeds::add);
      String name = table.string("name").orElse("");
      if (!name.isEmpty() && !names.add(name)) {
        table.problem("a second secret of the name " + name);
      }
    }
    return seeds;
  }
}
