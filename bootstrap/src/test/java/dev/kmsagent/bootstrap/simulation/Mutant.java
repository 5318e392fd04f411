package dev.kmsagent.bootstrap.simulation;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * A bug that is planted into the shared cache.
 *
 * @param seed of a schedule that has found it, which is tried first
 * @param edits of the source text
 */
record Mutant(String bug, long seed, List<Edit> edits) {
  private static final Path SOURCES =
      Path.of(
          "..", "adapters-cache", "src", "main", "java", "dev", "kmsagent", "adapters", "cache");

  private static final String CLASS_PATH = System.getProperty("java.class.path");

  Mutant {
    edits = List.copyOf(edits);
  }

  /**
   * One replacement, wherever the text occurs.
   *
   * @param file below the package of the cache
   */
  record Edit(String file, String original, String replacement) {
    private String applyTo(String text) {
      if (!text.contains(original)) {
        throw new IllegalStateException(file + " does not contain: " + original);
      }
      return text.replace(original, replacement);
    }
  }

  static Mutant of(String bug, long seed, String... edits) {
    var all = new ArrayList<Edit>();
    for (var i = 0; i < edits.length; i += 3) {
      all.add(new Edit(edits[i], edits[i + 1], edits[i + 2]));
    }
    return new Mutant(bug, seed, all);
  }

  /**
   * Compiles it in an empty folder, and simulates agents with it; gives what was found by the seeds
   * below a limit.
   */
  Optional<String> find(long limit, Path folder) throws IOException, ReflectiveOperationException {
    compile(folder);
    var places = new ArrayList<URL>();
    places.add(folder.toUri().toURL());
    for (var place : List.of(CLASS_PATH.split(File.pathSeparator))) {
      places.add(Path.of(place).toUri().toURL());
    }
    var all = places.toArray(URL[]::new);
    try (var mutated = new URLClassLoader(all, ClassLoader.getPlatformClassLoader())) {
      var search = mutated.loadClass(Simulator.class.getName());
      var found = search.getMethod("find", long.class, long.class).invoke(null, seed, limit);
      return ((Optional<?>) found).map(String.class::cast);
    }
  }

  private void compile(Path folder) throws IOException {
    var texts = new TreeMap<String, String>();
    for (var edit : edits) {
      var text = texts.get(edit.file());
      var original = text == null ? Files.readString(SOURCES.resolve(edit.file())) : text;
      texts.put(edit.file(), edit.applyTo(original));
    }
    var sources = new ArrayList<String>();
    for (var text : texts.entrySet()) {
      var source = folder.resolve(text.getKey());
      Files.createDirectories(source.getParent());
      sources.add(Files.writeString(source, text.getValue()).toString());
    }
    var options = Stream.of("-proc:none", "-nowarn", "-cp", CLASS_PATH, "-d", folder.toString());
    var messages = new ByteArrayOutputStream();
    var arguments = Stream.concat(options, sources.stream()).toArray(String[]::new);
    if (ToolProvider.getSystemJavaCompiler().run(null, messages, messages, arguments) != 0) {
      throw new IllegalStateException(bug + ": " + messages);
    }
  }
}
