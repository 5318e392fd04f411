import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes.Name;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Puts the jars of a class path into one: Java opens each jar of a class path at every start, and
 * reads its directory and its manifest. Of classes for several releases of Java the newest that fits
 * this one are taken; of libraries only what something refers to; registrations of
 * services are joined; licences are kept under the name of their jar, and so is what tells scanners
 * which versions are in there. What would get lost otherwise ends it: two files of one name that
 * differ, a jar whose licence is not known.
 *
 * <p>Arguments: the jar of the program, whose manifest names the others; the jar to make; a folder
 * with the texts of licences that jars lack, and with {@code jars}, which says whose they are. The
 * result depends on nothing but these.
 */
final class OneJar {
  private static final Pattern VERSIONED = Pattern.compile("META-INF/versions/(\\d+)/(.+)");
  private static final Pattern LEFT_OUT =
      Pattern.compile(
          "(.*/)?module-info\\.class|META-INF/(MANIFEST\\.MF|INDEX\\.LIST|[^/]+\\.(SF|RSA|DSA|EC|kotlin_module))"
              + "|META-INF/(proguard|native-image|com\\.android\\.tools)/.*|META-INF/maven/.*/pom\\.xml");
  private static final Pattern LEGAL =
      Pattern.compile(
          "(META-INF/)?(LICENSE|LICENCE|NOTICE|DEPENDENCIES|AL2\\.0|LGPL2\\.1|licenses/.*|about).*",
          Pattern.CASE_INSENSITIVE);

  private static final String LICENCES = "META-INF/licenses/";

  /** The licence of the project, which stands in its distribution. */
  private static final String OWN = "LICENSE";

  private static final Pattern VERSION = Pattern.compile("-\\d.*|\\.jar");

  private final Map<String, String> licences;
  private final Path texts;
  private final Path own;
  private final Map<String, byte[]> files = new TreeMap<>();
  private final Map<String, Set<String>> services = new TreeMap<>();

  public static void main(String[] args) throws IOException {
    var program = Path.of(args[0]);
    var one = new OneJar(program, Path.of(args[2]));
    one.add(program);
    for (var name : classPath(program)) {
      one.add(program.resolveSibling(name));
    }
    one.lighten();
    one.write(Path.of(args[1]), program);
  }

  private OneJar(Path program, Path texts) throws IOException {
    this.texts = texts;
    own = program.resolveSibling("..").resolve(OWN);
    try (var lines = Files.lines(texts.resolve("jars"))) {
      licences =
          lines
              .filter(line -> !line.startsWith("#"))
              .map(line -> line.split(" "))
              .collect(Collectors.toMap(words -> words[0], words -> words[1]));
    }
  }

  private static String[] classPath(Path program) throws IOException {
    try (var jar = new JarFile(program.toFile(), false)) {
      return jar.getManifest().getMainAttributes().getValue(Name.CLASS_PATH).split(" ");
    }
  }

  private void add(Path path) throws IOException {
    try (var jar = new JarFile(path.toFile(), false)) {
      var newest = new TreeMap<String, ZipEntry>();
      var releases = new TreeMap<String, Integer>();
      for (ZipEntry entry : jar.stream().toList()) {
        var versioned = VERSIONED.matcher(entry.getName());
        int release = versioned.matches() ? Integer.parseInt(versioned.group(1)) : 0;
        var name = versioned.matches() ? versioned.group(2) : entry.getName();
        if (!entry.isDirectory()
            && (release == 0 || jar.isMultiRelease())
            && release <= Runtime.version().feature()
            && release >= releases.getOrDefault(name, 0)) {
          newest.put(name, entry);
          releases.put(name, release);
        }
      }
      for (var entry : newest.entrySet()) {
        try (var in = jar.getInputStream(entry.getValue())) {
          add(path, entry.getKey(), in.readAllBytes());
        }
      }
    }
    addLicence(path.getFileName().toString());
  }

  /** The text of its licence for a jar that has brought none. */
  private void addLicence(String jar) throws IOException {
    var folder = LICENCES + jar + '/';
    if (files.keySet().stream().anyMatch(name -> name.startsWith(folder))) {
      return;
    }
    var text = licences.get(VERSION.matcher(jar).replaceFirst(""));
    if (text == null) {
      throw new IllegalStateException(
          jar + " brings no text of its licence, and " + texts.resolve("jars") + " names none");
    }
    var file = text.equals(OWN) ? own : texts.resolve(text);
    files.put(folder + text, Files.readAllBytes(file));
  }

  private void add(Path jar, String name, byte[] content) {
    if (LEFT_OUT.matcher(name).matches()) {
      return;
    }
    if (name.startsWith("META-INF/services/")) {
      var lines = new String(content, StandardCharsets.UTF_8).lines().map(String::strip);
      services
          .computeIfAbsent(name, n -> new LinkedHashSet<>())
          .addAll(lines.filter(line -> !line.isEmpty() && !line.startsWith("#")).toList());
      return;
    }
    var kept =
        LEGAL.matcher(name).matches() && !name.endsWith(".class")
            ? LICENCES + jar.getFileName() + '/' + name.replace("META-INF/", "")
            : name;
    var before = files.putIfAbsent(kept, content);
    if (before != null && !Arrays.equals(before, content)) {
      throw new IllegalStateException(kept + " is in " + jar + " and in a jar before it, and differs");
    }
  }

  /** Leaves out what nobody uses, and makes plain code of what would be compiled at each start. */
  private void lighten() {
    var providers = services.values().stream().flatMap(Set::stream).toList();
    new Shrinking(files, providers).shrink();
    var plain = new PlainCode(files);
    files.replaceAll((name, content) -> name.endsWith(".class") ? plain.of(content) : content);
  }

  private void write(Path target, Path program) throws IOException {
    for (var service : services.entrySet()) {
      var text = String.join("\n", service.getValue()) + "\n";
      files.put(service.getKey(), text.getBytes(StandardCharsets.UTF_8));
    }
    try (var jar = new JarFile(program.toFile(), false);
        var out = new ZipOutputStream(Files.newOutputStream(target))) {
      out.setLevel(9);
      long time = jar.getEntry(JarFile.MANIFEST_NAME).getTime();
      put(out, JarFile.MANIFEST_NAME, manifest(jar.getManifest()), time);
      for (var file : files.entrySet()) {
        put(out, file.getKey(), file.getValue(), time);
      }
    }
    Files.setLastModifiedTime(target, Files.getLastModifiedTime(program));
  }

  private static byte[] manifest(Manifest manifest) throws IOException {
    manifest.getMainAttributes().remove(Name.CLASS_PATH);
    var bytes = new ByteArrayOutputStream();
    manifest.write(bytes);
    return bytes.toByteArray();
  }

  private static void put(ZipOutputStream out, String name, byte[] content, long time)
      throws IOException {
    var entry = new ZipEntry(name);
    entry.setTime(time);
    out.putNextEntry(entry);
    out.write(content);
    out.closeEntry();
  }
}
