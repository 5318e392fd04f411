import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
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
record BillOfMaterials(Path folder, JsonObject bill) {
  private static final String BILL = "sbom.cdx.json";
  private static final String JAR = "lib/kms-agent.jar";
  private static final String RUNTIME = "runtime";
  private static final String DISTRIBUTION = "distribution";
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
  private static final List<JsonObject> LICENCES =
      List.of(object("expression", "GPL-2.0-only WITH Classpath-exception-2.0"));

  public static void main(String[] args) throws IOException {
    var system = args.length > 1 ? Files.readAllLines(Path.of(args[1])) : List.<String>of();
    var file = Path.of(args[0]).resolve(BILL);
    var bill = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    new BillOfMaterials(file.getParent(), bill).complete(system);
    // An installation recognises a release by the date of the file.
    var date = Files.getLastModifiedTime(file);
    Files.writeString(file, GSON.toJson(bill) + "\n");
    Files.setLastModifiedTime(file, date);
  }

  /** Names and values in turn. */
  private static JsonObject object(Object... fields) {
    var object = new JsonObject();
    for (int i = 0; i < fields.length; i += 2) {
      object.add((String) fields[i], GSON.toJsonTree(fields[i + 1]));
    }
    return object;
  }

  private void complete(List<String> system) throws IOException {
    var libraries = libraries();
    var program = libraries.get(0).getAsJsonObject();
    var described =
        object("type", "application", "bom-ref", DISTRIBUTION, "name", "alibabacloud-kms-agent");
    for (var property : List.of("version", "description", "licenses")) {
      described.add(property, program.get(property));
    }
    bill.getAsJsonObject("metadata").add("component", described);
    var components = components(libraries);
    if (!system.isEmpty()) {
      components.add(system(system));
    }
    bill.add("components", components);
    addDependency(program.get("bom-ref").getAsString());
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
      var hash = object("alg", "SHA-256", "content", sha256(Files.readAllBytes(folder.resolve(path))));
      var file = object("type", "file", "bom-ref", path, "name", path, "hashes", List.of(hash));
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

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has it", e);
    }
  }

  private JsonObject runtime(JsonArray files) throws IOException {
    var release = new Properties();
    try (var in = Files.newBufferedReader(folder.resolve(RUNTIME).resolve("release"))) {
      release.load(in);
    }
    var java = System.getProperty("java.version");
    var version = System.getProperty("java.runtime.version");
    if (!release.get("JAVA_VERSION").equals('"' + java + '"')) {
      throw new IllegalStateException("The runtime is of another JDK than " + version);
    }
    var components = new JsonArray();
    Stream.of(release.getProperty("MODULES").replace("\"", "").split(" "))
        .sorted()
        .map(it -> library(RUNTIME + "#" + it, it, java, "licenses", LICENCES))
        .forEach(components::add);
    components.addAll(files);
    return object(
        "type", "platform",
        "bom-ref", RUNTIME,
        "name", System.getProperty("java.runtime.name"),
        "version", version,
        "supplier", object("name", System.getProperty("java.vendor")),
        "licenses", LICENCES,
        // Vulnerabilities of every OpenJDK are listed under this name.
        "cpe", "cpe:2.3:a:oracle:openjdk:" + java + ":*:*:*:*:*:*:*",
        "purl", "pkg:generic/openjdk@" + version.replace("+", "%2B"),
        "components", components);
  }

  private static JsonObject library(
      String ref, String name, String version, String field, Object value) {
    return object(
        "type", "library", "bom-ref", ref, "name", name, "version", version, field, value);
  }

  /** The system of an image, with its packages. */
  private static JsonObject system(List<String> lines) {
    var words = lines.getFirst().split(" ");
    var packages =
        lines.stream().skip(1).map(line -> systemPackage(words, line.split(" "))).toList();
    return object(
        "type", "operating-system",
        "bom-ref", words[0],
        "name", words[0],
        "version", words[1],
        "components", packages);
  }

  /** With the name by which scanners know it, of which its source is a part. */
  private static JsonObject systemPackage(String[] system, String[] words) {
    var purl =
        "pkg:deb/%s/%s@%s?arch=%s&distro=%1$s-%s&upstream=%s"
            .formatted(
                system[0], encoded(words[0]), encoded(words[1]), words[2], system[1], encoded(words[3]));
    return library(system[0] + "#" + words[0], words[0], words[1], "purl", purl);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("%7E", "~");
  }

  /** The distribution depends on the program, whose own dependencies Maven listed. */
  private void addDependency(String program) {
    var dependencies = bill.getAsJsonArray("dependencies");
    if (dependencies.get(0).getAsJsonObject().get("ref").getAsString().equals(DISTRIBUTION)) {
      dependencies.remove(0);
    }
    var hasRuntime = Files.exists(folder.resolve(RUNTIME));
    var on = hasRuntime ? List.of(program, RUNTIME) : List.of(program);
    var all = new JsonArray();
    all.add(object("ref", DISTRIBUTION, "dependsOn", on));
    all.addAll(dependencies);
    bill.add("dependencies", all);
  }
}
