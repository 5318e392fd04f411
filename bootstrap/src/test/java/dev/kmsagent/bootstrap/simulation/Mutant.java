package dev.kmsagent.bootstrap.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.JavaFileObject.Kind;
import javax.tools.SimpleJavaFileObject;
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

  /** Compiles it, and simulates agents with it; gives what was found by the seeds below a limit. */
  Optional<String> find(long limit) throws IOException, ReflectiveOperationException {
    var search = new Loader(compile()).loadClass(MutantSearch.class.getName());
    var found = search.getMethod("find", long.class, long.class).invoke(null, seed, limit);
    return ((Optional<?>) found).map(String.class::cast);
  }

  private Map<String, byte[]> compile() throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    var messages = new StringWriter();
    var texts = new TreeMap<String, String>();
    for (var edit : edits) {
      texts.put(edit.file(), edit.applyTo(text(texts, edit.file())));
    }
    var sources =
        texts.entrySet().stream().map(it -> new Source(it.getKey(), it.getValue())).toList();
    try (var files = new Output(compiler.getStandardFileManager(null, null, null))) {
      var options = List.of("-proc:none", "-nowarn", "-cp", System.getProperty("java.class.path"));
      if (!compiler.getTask(messages, files, null, options, null, sources).call()) {
        throw new IllegalStateException(bug + ": " + messages);
      }
      return files.classes();
    }
  }

  private static String text(Map<String, String> changed, String file) throws IOException {
    var text = changed.get(file);
    return text == null ? Files.readString(SOURCES.resolve(file)) : text;
  }

  /** A text as a source file. */
  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String file, String text) {
      super(URI.create("mutant:///" + file), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  /** Keeps classes in memory. */
  private static final class Output extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> classes = new HashMap<>();

    Output(JavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String name, Kind kind, FileObject sibling) {
      return new SimpleJavaFileObject(URI.create("mutant:///" + name), kind) {
        @Override
        public OutputStream openOutputStream() {
          return classes.computeIfAbsent(name, _ -> new ByteArrayOutputStream());
        }
      };
    }

    Map<String, byte[]> classes() {
      var all = new HashMap<String, byte[]>();
      classes.forEach((name, bytes) -> all.put(name, bytes.toByteArray()));
      return all;
    }
  }

  /** Has the classes of the project once more, some of them changed. */
  private static final class Loader extends ClassLoader {
    private final Map<String, byte[]> changed;

    Loader(Map<String, byte[]> changed) {
      super(Mutant.class.getClassLoader());
      this.changed = changed;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        var loaded = findLoadedClass(name);
        if (loaded != null) {
          return loaded;
        }
        return name.startsWith("dev.kmsagent.") ? define(name) : super.loadClass(name, resolve);
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try {
        var bytes = changed.containsKey(name) ? changed.get(name) : original(name);
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException unreadable) {
        throw new ClassNotFoundException(name, unreadable);
      }
    }

    private byte[] original(String name) throws IOException, ClassNotFoundException {
      try (var in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        return in.readAllBytes();
      }
    }
  }
}
