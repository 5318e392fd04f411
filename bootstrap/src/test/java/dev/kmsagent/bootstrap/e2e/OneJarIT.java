package dev.kmsagent.bootstrap.e2e;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** The jar that ships, against the libraries as they were published, on the class path here. */
final class OneJarIT {
  private static final Set<Library> LIBRARIES = libraries();

  /** A library that the bill of materials lists as part of the jar. */
  private record Library(String group, String artifact, String version) {
    static Library of(JsonObject part) {
      return new Library(
          BillOfMaterialsIT.text(part, "group"),
          BillOfMaterialsIT.text(part, "name"),
          BillOfMaterialsIT.text(part, "version"));
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

  private static Set<Library> libraries() {
    return components().map(Library::of).collect(toSet());
  }

  /** What the bill of materials lists as parts of the jar, but the program itself. */
  private static Stream<JsonObject> components() {
    try {
      return BillOfMaterialsIT.components(BillOfMaterialsIT.bill(Distribution.folder()))
          .filter(part -> BillOfMaterialsIT.text(part, "name").equals("lib/kms-agent.jar"))
          .flatMap(BillOfMaterialsIT::components)
          .filter(part -> !BillOfMaterialsIT.text(part, "name").equals("kms-agent-bootstrap"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean ships(File file) {
    return file.getName().equals("kms-agent.jar")
        || LIBRARIES.stream().map(Library::file).anyMatch(file.getName()::equals);
  }

  private static List<File> published() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(File::new)
        .filter(OneJarIT::ships)
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
    var checksums =
        components().collect(toMap(it -> Library.of(it).file(), BillOfMaterialsIT::sha256));

    assertThat(published().stream().filter(file -> !file.getName().equals("kms-agent.jar")))
        .hasSameSizeAs(checksums.keySet())
        .allSatisfy(
            file ->
                assertThat(BillOfMaterialsIT.sha256(file.toPath()))
                    .isEqualTo(checksums.get(file.getName())));
  }

  @Test
  void scanners_find_every_library_by_its_maven_metadata() throws IOException {
    try (var jar = jar()) {
      var found =
          jar.stream()
              .filter(entry -> entry.getName().matches("META-INF/maven/.*/pom[.]properties"))
              .map(entry -> library(jar, entry))
              .filter(library -> !library.artifact().equals("kms-agent-bootstrap"));
      assertThat(found).hasSizeGreaterThan(40).containsExactlyInAnyOrderElementsOf(LIBRARIES);
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
      assertThat(LIBRARIES)
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
