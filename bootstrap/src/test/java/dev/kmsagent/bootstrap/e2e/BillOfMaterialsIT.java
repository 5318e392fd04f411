package dev.kmsagent.bootstrap.e2e;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
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
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The bill of materials of each distribution, against the files that are there. */
final class BillOfMaterialsIT {
  static final List<Path> DISTRIBUTIONS =
      List.of(
          Distribution.folder(), Objects.requireNonNull(Distribution.plainLauncher().getParent()));

  private static final String BILL = "sbom.cdx.json";

  @ParameterizedTest
  @FieldSource("DISTRIBUTIONS")
  void lists_every_file_with_its_checksum(Path distribution) throws IOException {
    assertThat(listed(distribution)).containsKeys("lib/kms-agent.jar", "alibabacloud-kms-agent");
    assertThat(differences(distribution)).isEmpty();
  }

  @Test
  void a_file_that_was_added_altered_or_removed_differs_from_it(@TempDir Path folder)
      throws IOException {
    var altered = Distribution.copyTo(folder.resolve("altered"));
    Files.writeString(altered.resolve("lib/planted.jar"), "planted");
    Files.createSymbolicLink(altered.resolve("link"), altered.resolve("LICENSE"));
    Files.writeString(altered.resolve("config.toml"), "altered");
    Files.delete(altered.resolve("runtime/lib/modules"));

    assertThat(differences(altered))
        .containsOnlyKeys("lib/planted.jar", "link", "config.toml", "runtime/lib/modules");
  }

  @ParameterizedTest
  @FieldSource("DISTRIBUTIONS")
  void names_version_and_licence_of_all_that_is_no_file(Path distribution) throws IOException {
    assertThat(components(bill(distribution)).filter(part -> !text(part, "type").equals("file")))
        .hasSizeGreaterThan(50)
        .allSatisfy(part -> assertThat(part.keySet()).contains("version", "licenses"));
  }

  @ParameterizedTest
  @FieldSource("DISTRIBUTIONS")
  void holds_nothing_that_changes_from_build_to_build(Path distribution) throws IOException {
    var bill = bill(distribution);
    assertThat(bill.has("serialNumber")).isFalse();
    assertThat(bill.getAsJsonObject("metadata").has("timestamp")).isFalse();
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

  /** Both checksums of each file of which the bill and the folder have not the same. */
  private static Map<String, List<@Nullable String>> differences(Path distribution)
      throws IOException {
    var listed = listed(distribution);
    var found = found(distribution);
    var differences = new TreeMap<String, List<@Nullable String>>();
    Stream.concat(listed.keySet().stream(), found.keySet().stream())
        .filter(file -> !Objects.equals(listed.get(file), found.get(file)))
        .forEach(
            file -> differences.put(file, Stream.of(listed.get(file), found.get(file)).toList()));
    return differences;
  }

  private static Map<String, String> listed(Path distribution) throws IOException {
    return components(bill(distribution))
        .filter(part -> text(part, "type").equals("file"))
        .collect(toMap(part -> text(part, "name"), BillOfMaterialsIT::sha256));
  }

  private static Map<String, String> found(Path distribution) throws IOException {
    try (var files = Files.walk(distribution)) {
      return files
          .filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
          .filter(file -> !file.equals(distribution.resolve(BILL)))
          .collect(toMap(it -> distribution.relativize(it).toString(), BillOfMaterialsIT::sha256));
    }
  }

  /** As the component of a file or of a library has it. */
  static String sha256(JsonObject component) {
    return StreamSupport.stream(component.getAsJsonArray("hashes").spliterator(), false)
        .map(hash -> hash.getAsJsonObject())
        .filter(hash -> text(hash, "alg").equals("SHA-256"))
        .map(hash -> text(hash, "content"))
        .findFirst()
        .orElseThrow();
  }

  static String sha256(Path file) {
    try {
      var digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(digest);
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new AssertionError(file.toString(), e);
    }
  }

  static JsonObject bill(Path distribution) throws IOException {
    return JsonParser.parseString(Files.readString(distribution.resolve(BILL))).getAsJsonObject();
  }

  /** With those in others, at any depth. */
  static Stream<JsonObject> components(JsonObject whole) {
    var parts = whole.has("components") ? whole.getAsJsonArray("components") : new JsonArray();
    return StreamSupport.stream(parts.spliterator(), false)
        .map(part -> part.getAsJsonObject())
        .flatMap(part -> Stream.concat(Stream.of(part), components(part)));
  }

  static String text(JsonObject component, String property) {
    return component.get(property).getAsString();
  }
}
