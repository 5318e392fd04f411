import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Completes {@code sbom.cdx.json} (CycloneDX 1.6) of a distribution, so that it lists each file there with
 * its SHA-256. The libraries that the bill names are components of {@code lib/kms-agent.jar}, with the
 * checksums of the jars that were merged into it. The modules and files of {@code runtime}, if there is
 * one, are components of the Java runtime. A bill that is complete is made anew from the libraries in it.
 *
 * <p>Arguments: the folder of the distribution; in an image also a file with the packages of its system: a
 * line with the name and version of the system, then for each package a line with its name, version,
 * architecture and source, as the Dockerfile writes them. It runs on the JDK that the runtime was linked
 * from, with the one jar on its class path, for Gson.
 */
final class BillOfMaterials {
  private static final String BILL = "sbom.cdx.json";
  private static final String JAR = "lib/kms-agent.jar";
  private static final String RUNTIME = "runtime";
  private static final String DISTRIBUTION = "distribution";
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private final Path folder;
  private final JsonObject bill;
  private final List<String> system;

  private BillOfMaterials(Path folder, List<String> system) throws IOException {
    this.folder = folder;
    this.system = system;
    bill = JsonParser.parseString(Files.readString(folder.resolve(BILL))).getAsJsonObject();
  }

  public static void main(String[] args) throws IOException {
    var system = args.length > 1 ? Files.readAllLines(Path.of(args[1])) : List.<String>of();
    new BillOfMaterials(Path.of(args[0]), system).complete();
  }

  private void complete() throws IOException {
    var libraries = libraries();
    var described = component("application", DISTRIBUTION);
    described.addProperty("name", "alibabacloud-kms-agent");
    var program = libraries.get(0).getAsJsonObject();
    for (var property : List.of("version", "description", "licenses")) {
      described.add(property, program.get(property));
    }
    bill.getAsJsonObject("metadata").add("component", described);
    var components = components(libraries);
    if (!system.isEmpty()) {
      components.add(system());
    }
    bill.add("components", components);
    addDependency(program.get("bom-ref").getAsString());
    write();
  }

  /** The program and its libraries, as Maven or an earlier run listed them. */
  private JsonArray libraries() {
    var components = bill.getAsJsonArray("components");
    for (var component : components) {
      if (component.getAsJsonObject().get("name").getAsString().equals(JAR)) {
        return component.getAsJsonObject().getAsJsonArray("components");
      }
    }
    var all = new JsonArray();
    all.add(bill.getAsJsonObject("metadata").get("component"));
    all.addAll(components);
    return all;
  }

  private JsonArray components(JsonArray libraries) throws IOException {
    var components = new JsonArray();
    var inRuntime = new JsonArray();
    for (var path : files()) {
      var file = file(path);
      if (path.equals(JAR)) {
        file.add("components", libraries);
      }
      (path.startsWith(RUNTIME + "/") ? inRuntime : components).add(file);
    }
    if (!inRuntime.isEmpty()) {
      components.add(runtime(inRuntime));
    }
    return components;
  }

  /** All but the bill and folders, sorted. A link counts as the file that it leads to. */
  private List<String> files() throws IOException {
    try (var paths = Files.walk(folder)) {
      return paths
          .filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
          .map(path -> folder.relativize(path).toString())
          .filter(path -> !path.equals(BILL))
          .sorted()
          .toList();
    }
  }

  private JsonObject file(String path) throws IOException {
    var hash = new JsonObject();
    hash.addProperty("alg", "SHA-256");
    hash.addProperty("content", sha256(Files.readAllBytes(folder.resolve(path))));
    var file = component("file", path);
    file.add("hashes", array(Stream.of(hash)));
    return file;
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has it", e);
    }
  }

  private JsonObject runtime(JsonArray files) throws IOException {
    var release = release();
    var version = System.getProperty("java.runtime.version");
    if (!release.get("JAVA_VERSION").equals('"' + System.getProperty("java.version") + '"')) {
      throw new IllegalStateException("The runtime is of another JDK than " + version);
    }
    var runtime = component("platform", RUNTIME);
    runtime.addProperty("name", System.getProperty("java.runtime.name"));
    runtime.addProperty("version", version);
    runtime.add("supplier", supplier());
    runtime.add("licenses", licences());
    // Vulnerabilities of every OpenJDK are listed under this name.
    runtime.addProperty(
        "cpe", "cpe:2.3:a:oracle:openjdk:" + System.getProperty("java.version") + ":*:*:*:*:*:*:*");
    runtime.addProperty("purl", "pkg:generic/openjdk@" + version.replace("+", "%2B"));
    var modules = release.getProperty("MODULES").replace("\"", "").split(" ");
    var components = array(Stream.of(modules).sorted().map(BillOfMaterials::module));
    components.addAll(files);
    runtime.add("components", components);
    return runtime;
  }

  private Properties release() throws IOException {
    var release = new Properties();
    try (var in = Files.newBufferedReader(folder.resolve(RUNTIME).resolve("release"))) {
      release.load(in);
    }
    return release;
  }

  private static JsonObject supplier() {
    var supplier = new JsonObject();
    supplier.addProperty("name", System.getProperty("java.vendor"));
    return supplier;
  }

  private static JsonObject module(String name) {
    var module = component("library", RUNTIME + "#" + name);
    module.addProperty("name", name);
    module.addProperty("version", System.getProperty("java.version"));
    module.add("licenses", licences());
    return module;
  }

  /** The system of an image, with its packages. */
  private JsonObject system() {
    var words = system.getFirst().split(" ");
    var system = component("operating-system", words[0]);
    system.addProperty("version", words[1]);
    var packages = this.system.stream().skip(1).map(line -> line.split(" "));
    system.add("components", array(packages.map(it -> systemPackage(words, it))));
    return system;
  }

  /** With the name by which scanners know it, of which its source is a part. */
  private static JsonObject systemPackage(String[] system, String[] words) {
    var it = component("library", system[0] + "#" + words[0]);
    it.addProperty("name", words[0]);
    it.addProperty("version", words[1]);
    var purl = "pkg:deb/%s/%s@%s?arch=%s&distro=%1$s-%s&upstream=%s";
    it.addProperty(
        "purl",
        purl.formatted(
            system[0], encoded(words[0]), encoded(words[1]), words[2], system[1], encoded(words[3])));
    return it;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("%7E", "~");
  }

  private static JsonArray licences() {
    var licence = new JsonObject();
    licence.addProperty("expression", "GPL-2.0-only WITH Classpath-exception-2.0");
    return array(Stream.of(licence));
  }

  private static JsonObject component(String type, String name) {
    var component = new JsonObject();
    component.addProperty("type", type);
    component.addProperty("bom-ref", name);
    component.addProperty("name", name);
    return component;
  }

  private static JsonArray array(Stream<? extends JsonElement> elements) {
    var array = new JsonArray();
    elements.forEach(array::add);
    return array;
  }

  /** The distribution depends on the program, whose own dependencies Maven listed. */
  private void addDependency(String program) {
    var dependencies = bill.getAsJsonArray("dependencies");
    if (dependencies.get(0).getAsJsonObject().get("ref").getAsString().equals(DISTRIBUTION)) {
      dependencies.remove(0);
    }
    var on = new JsonArray();
    on.add(program);
    if (Files.exists(folder.resolve(RUNTIME))) {
      on.add(RUNTIME);
    }
    var dependency = new JsonObject();
    dependency.addProperty("ref", DISTRIBUTION);
    dependency.add("dependsOn", on);
    var all = new JsonArray();
    all.add(dependency);
    all.addAll(dependencies);
    bill.add("dependencies", all);
  }

  /** Keeps the date of the file, by which an installation recognises a release. */
  private void write() throws IOException {
    var file = folder.resolve(BILL);
    var date = Files.getLastModifiedTime(file);
    Files.writeString(file, GSON.toJson(bill) + "\n");
    Files.setLastModifiedTime(file, date);
  }
}
