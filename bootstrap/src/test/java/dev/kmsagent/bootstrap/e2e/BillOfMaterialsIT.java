package dev.kmsagent.bootstrap.e2e;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.testkit.Unchecked;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The bill of materials of each distribution, against the files that are there; and the jar that
 * ships, against the libraries as they were published, on the class path here.
 */
final class BillOfMaterialsIT {
  static final List<Path> DISTRIBUTIONS =
      List.of(
          Distribution.folder(), Objects.requireNonNull(Distribution.plainLauncher().getParent()));

  private static final String BILL = "sbom.cdx.json";
  private static final String PROGRAM = "kms-agent.jar";

  @ParameterizedTest
  @FieldSource("DISTRIBUTIONS")
  void lists_every_file_that_is_there_and_no_other_with_its_checksum(Path distribution)
      throws IOException {
    var listed =
        components(bill(distribution))
            .filter(part -> text(part, "type").equals("file"))
            .collect(toMap(part -> text(part, "name"), BillOfMaterialsIT::sha256));
    try (var files = Files.walk(distribution)) {
      var found =
          files
              .filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
              .filter(file -> !file.equals(distribution.resolve(BILL)))
              .collect(
                  toMap(it -> distribution.relativize(it).toString(), BillOfMaterialsIT::sha256));
      assertThat(found)
          .containsKeys("lib/kms-agent.jar", "alibabacloud-kms-agent")
          .isEqualTo(listed);
    }
  }

  @ParameterizedTest
  @FieldSource("DISTRIBUTIONS")
  void names_version_and_licence_of_all_that_is_no_file_and_not_when_it_was_built(Path distribution)
      throws IOException {
    var bill = bill(distribution);
    assertThat(bill.has("serialNumber")).isFalse();
    assertThat(bill.getAsJsonObject("metadata").has("timestamp")).isFalse();
    assertThat(components(bill).filter(part -> !text(part, "type").equals("file")))
        .hasSizeGreaterThan(50)
        .allSatisfy(part -> assertThat(part.keySet()).contains("version", "licenses"));
  }

  @Test
  void names_the_java_runtime_and_its_modules_where_it_ships() throws IOException {
    var folder = Distribution.folder();
    var runtime =
        components(bill(folder)).filter(it -> text(it, "type").equals("platform")).toList();
    assertThat(runtime).hasSize(1);
    assertThat(text(runtime.getFirst(), "version"))
        .isEqualTo(System.getProperty("java.runtime.version"));
    assertThat(runtime.getFirst().getAsJsonObject("supplier").keySet()).contains("name");
    assertThat(
            components(runtime.getFirst())
                .filter(part -> text(part, "type").equals("library"))
                .map(part -> text(part, "name")))
        .containsExactlyInAnyOrder(modules(folder.resolve("runtime/release")));

    assertThat(components(bill(DISTRIBUTIONS.getLast())).map(part -> text(part, "type")))
        .doesNotContain("platform");
  }

  private static String[] modules(Path release) throws IOException {
    var values = new Properties();
    try (var in = Files.newBufferedReader(release)) {
      values.load(in);
    }
    return values.getProperty("MODULES").replace("\"", "").split(" ", -1);
  }

  /** As the component of a file or of a library has it. */
  private static String sha256(JsonObject component) {
    return StreamSupport.stream(component.getAsJsonArray("hashes").spliterator(), false)
        .map(hash -> hash.getAsJsonObject())
        .filter(hash -> text(hash, "alg").equals("SHA-256"))
        .map(hash -> text(hash, "content"))
        .findFirst()
        .orElseThrow();
  }

  private static String sha256(Path file) {
    try {
      var digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(digest);
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new AssertionError(file.toString(), e);
    }
  }

  private static JsonObject bill(Path distribution) throws IOException {
    return JsonParser.parseString(Files.readString(distribution.resolve(BILL))).getAsJsonObject();
  }

  /** With those in others, at any depth. */
  private static Stream<JsonObject> components(JsonObject whole) {
    var parts = whole.has("components") ? whole.getAsJsonArray("components") : new JsonArray();
    return StreamSupport.stream(parts.spliterator(), false)
        .map(part -> part.getAsJsonObject())
        .flatMap(part -> Stream.concat(Stream.of(part), components(part)));
  }

  private static String text(JsonObject component, String property) {
    return component.get(property).getAsString();
  }

  /** What the bill of materials lists as parts of the jar, but the program itself: checksums. */
  private static final Map<Library, String> LIBRARIES = libraries();

  /** A library that the bill of materials lists as part of the jar. */
  private record Library(String group, String artifact, String version) {
    static Library of(JsonObject part) {
      return new Library(text(part, "group"), text(part, "name"), text(part, "version"));
    }

    String file() {
      return artifact + "-" + version + ".jar";
    }
  }

  /** A class file, by its content as the directory of its jar has it. */
  private record ClassFile(String name, long size, long checksum) {
    static Stream<ClassFile> in(JarFile jar) {
      return jar.stream()
          .filter(entry -> entry.getName().endsWith(".class"))
          .filter(entry -> !entry.getName().endsWith("module-info.class"))
          .map(entry -> new ClassFile(entry.getName(), entry.getSize(), entry.getCrc()));
    }
  }

  private static Map<Library, String> libraries() {
    return Unchecked.get(
        () ->
            components(bill(Distribution.folder()))
                .filter(part -> text(part, "name").equals("lib/kms-agent.jar"))
                .flatMap(BillOfMaterialsIT::components)
                .filter(part -> !text(part, "name").equals("kms-agent-bootstrap"))
                .collect(toMap(Library::of, BillOfMaterialsIT::sha256)));
  }

  /** The files on the class path here that the jar was made of. */
  private static List<File> published() {
    var names = LIBRARIES.keySet().stream().map(Library::file).toList();
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(File::new)
        .filter(it -> it.getName().equals(PROGRAM) || names.contains(it.getName()))
        .toList();
  }

  private static JarFile jar() throws IOException {
    return new JarFile(Distribution.jar().toFile(), false);
  }

  @Test
  void its_classes_are_those_that_were_published_all_of_them() throws IOException {
    var published = published();
    assertThat(published).hasSize(LIBRARIES.size() + 1);

    try (var jar = jar()) {
      var shipped = ClassFile.in(jar).collect(toSet());
      for (var file : published) {
        try (var library = new JarFile(file, false)) {
          var classes = ClassFile.in(library).toList();
          assertThat(shipped.containsAll(classes)).as(file.getName()).isTrue();
          classes.forEach(shipped::remove);
        }
      }
      assertThat(shipped).as("classes that no library has").isEmpty();
    }
  }

  @Test
  void the_bill_has_the_checksum_of_each_published_library() {
    assertThat(published().stream().filter(file -> !file.getName().equals(PROGRAM)))
        .map(file -> sha256(file.toPath()))
        .containsExactlyInAnyOrderElementsOf(LIBRARIES.values());
  }

  @Test
  void scanners_find_every_library_by_its_maven_metadata() throws IOException {
    try (var jar = jar()) {
      var found =
          jar.stream()
              .filter(entry -> entry.getName().matches("META-INF/maven/.*/pom[.]properties"))
              .map(entry -> library(jar, entry))
              .filter(library -> !library.artifact().equals("kms-agent-bootstrap"));
      assertThat(found)
          .hasSizeGreaterThan(40)
          .containsExactlyInAnyOrderElementsOf(LIBRARIES.keySet());
    }
  }

  private static Library library(JarFile jar, ZipEntry metadata) {
    var values = new Properties();
    try (var in = jar.getInputStream(metadata)) {
      values.load(in);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return new Library(
        values.getProperty("groupId"),
        values.getProperty("artifactId"),
        values.getProperty("version"));
  }

  /** Without which two builds of one source give two jars. */
  @Test
  void all_classes_of_this_project_hold_one_date() throws IOException {
    try (var jar = jar()) {
      var own = jar.stream().filter(entry -> entry.getName().startsWith("dev/kmsagent/"));
      assertThat(own.map(ZipEntry::getTimeLocal).distinct()).hasSize(1);
    }
  }

  @Test
  void every_library_has_its_licence_there() throws IOException {
    try (var jar = jar()) {
      var texts = jar.stream().map(ZipEntry::getName).collect(toSet());
      assertThat(LIBRARIES.keySet())
          .allSatisfy(
              library ->
                  assertThat(texts)
                      .filteredOn(text -> text.startsWith(folder(library)))
                      .hasSizeGreaterThan(1));
      assertThat(texts)
          .contains(
              "META-INF/licenses/bcprov-jdk18on-1.78.1/bouncycastle.txt",
              "META-INF/licenses/commons-codec-1.17.1/NOTICE.txt");
    }
  }

  private static String folder(Library library) {
    return "META-INF/licenses/" + library.artifact() + "-" + library.version() + "/";
  }
}
