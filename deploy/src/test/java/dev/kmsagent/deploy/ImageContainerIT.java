package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.emulator.EmulatorCertificates;
import dev.kmsagent.emulator.KmsEmulator;
import dev.kmsagent.testkit.Patience;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The agent's image. */
@ExtendWith(Podman.class)
@Execution(ExecutionMode.SAME_THREAD)
final class ImageContainerIT {
  private static final String BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
  private static final String REGION = "ALIBABA_CLOUD_REGION_ID=cn-hangzhou";

  private static SystemCommand.Outcome inside(String line, Object... options) {
    return Podman.command("run", "--rm", "--network", "none", "--entrypoint", "/bin/sh")
        .and(options)
        .and(Images.agent(), "-c", line)
        .run();
  }

  private static String property(String template) {
    return Podman.run("image", "inspect", "--format", "{{" + template + "}}", Images.agent());
  }

  @Test
  void it_runs_as_the_guide_has_it() {
    assertThat(property("json .Config.Entrypoint"))
        .isEqualTo("[\"./alibabacloud-kms-agent\",\"agent\",\"./config.toml\"]");
    assertThat(property(".Config.WorkingDir")).isEqualTo("/usr/local/alibabacloudkmsagent");
    assertThat(property("json .Config.ExposedPorts")).isEqualTo("{\"2025/tcp\":{}}");
  }

  @Test
  void it_is_not_root_and_may_write_its_log_alone() {
    assertThat(property(".Config.User")).isEqualTo("65532:65532");
    assertThat(inside("id -u && id -g && touch logs/file").outputOfSuccess())
        .isEqualTo("65532\n65532\n");
    assertThat(inside("find . -writable ! -type l").outputOfSuccess()).isEqualTo("./logs\n");
    assertThat(inside("stat -c '%a %u' runtime/bin/java").outputOfSuccess()).isEqualTo("711 0\n");
  }

  @Test
  void the_emulator_and_a_jdk_are_not_in_it() {
    assertThat(inside("find / -xdev -iname '*emulator*' -o -xdev -name 'javac*'").output())
        .isEmpty();
    assertThat(inside("./alibabacloud-kms-agent dev").errors()).contains("no emulator");
  }

  /** The components of the bill of materials, at any depth. */
  private static List<JsonObject> components() {
    var bill = inside("cat sbom.cdx.json").outputOfSuccess();
    return components(JsonParser.parseString(bill).getAsJsonObject()).toList();
  }

  private static Stream<JsonObject> components(JsonObject whole) {
    var parts = whole.has("components") ? whole.getAsJsonArray("components") : new JsonArray();
    return parts.asList().stream()
        .map(part -> part.getAsJsonObject())
        .flatMap(part -> Stream.concat(Stream.of(part), components(part)));
  }

  private static String text(JsonObject component, String field) {
    return component.get(field).getAsString();
  }

  @Test
  void its_bill_of_materials_lists_every_file_with_its_checksum() {
    var sums =
        inside("find . ! -type d ! -name sbom.cdx.json -exec sha256sum {} +", "--user", "0")
            .outputOfSuccess();

    assertThat(components())
        .filteredOn(part -> text(part, "type").equals("file"))
        .map(
            file -> {
              var hash = file.getAsJsonArray("hashes").get(0).getAsJsonObject();
              return text(hash, "content") + "  ./" + text(file, "name");
            })
        .containsExactlyInAnyOrderElementsOf(sums.lines().toList());
  }

  @Test
  void its_bill_of_materials_lists_every_package_of_debian() {
    var packages = inside("dpkg-query -W -f '${Package} ${Version}\\n'").outputOfSuccess();
    var purl = "pkg:deb/debian/[^/@+:]+@[^@+:]+[?]arch=(all|amd64|arm64)&.*";

    assertThat(components())
        .filteredOn(part -> text(part, "type").equals("operating-system"))
        .singleElement()
        .matches(part -> (text(part, "name") + text(part, "version")).equals("debian13"));
    assertThat(components())
        .filteredOn(part -> text(part, "bom-ref").startsWith("debian#"))
        .allMatch(part -> text(part, "purl").matches(purl))
        .map(part -> text(part, "name") + " " + text(part, "version"))
        .containsExactlyInAnyOrderElementsOf(packages.lines().toList());
  }

  @Test
  void it_trusts_the_authorities_of_the_image_that_it_was_built_in() throws IOException {
    assertThat(inside("cat " + BUNDLE).outputOfSuccess())
        .contains(Files.readString(Images.AUTHORITY));
    assertThat(inside("stat -c '%a %u %F' " + BUNDLE).outputOfSuccess())
        .isEqualTo("644 0 regular file\n");
    assertThat(inside("./alibabacloud-kms-agent check --offline", "--env", REGION).output())
        .contains("Those in " + BUNDLE + " are trusted.");
  }

  @Test
  void a_server_is_trusted_by_its_bundle(@TempDir Path folder) throws Exception {
    var certificates = EmulatorCertificates.in(folder);
    try (var emulator = KmsEmulator.builder().tls(certificates.server()).start()) {
      var ofBundle = certificates.caFile() + ":" + BUNDLE + ":ro";
      seeCheck("ok +KMS answer", emulator, "--volume", ofBundle);
      seeCheck("problem +KMS answer .*TLS with KMS failed", emulator);
    }
  }

  /** It connects within two seconds, which takes another attempt on a busy machine. */
  private static void seeCheck(String pattern, KmsEmulator emulator, Object... options) {
    var said = Pattern.compile(pattern).asPredicate();
    var _ = Patience.see(() -> check(emulator, options), said);
  }

  private static String check(KmsEmulator emulator, Object... options) {
    return Podman.command("run", "--rm", "--network", "host", "--env", REGION)
        .and("--env", "KMS_AGENT_KMS_ENDPOINT=127.0.0.1:" + emulator.port())
        .and(options)
        .and("--entrypoint", "./alibabacloud-kms-agent", Images.agent(), "check")
        .run()
        .output();
  }

  @Test
  void its_labels_say_what_it_is_and_on_which_base_it_was_built() {
    assertThat(label("title")).isEqualTo("alibabacloud-kms-agent");
    assertThat(inside("./alibabacloud-kms-agent version").outputOfSuccess())
        .contains(" " + label("version") + " ");
    assertThat(label("created")).matches("\\d{4}-\\d\\d-\\d\\dT00:00:00Z");
    assertThat(label("base.name") + "@" + label("base.digest")).isEqualTo(Images.base());
  }

  private static String label(String name) {
    return property("index .Config.Labels \"org.opencontainers.image." + name + "\"");
  }

  @Test
  void the_agent_in_it_uses_its_aot_cache() {
    var start =
        "./alibabacloud-kms-agent agent config.toml >logs/out 2>&1 & until grep agent_started logs/out;"
            + " do sleep 0.1; kill -0 $! || { cat logs/out; exit 1; }; done";
    var variables = "export KMS_TOKEN=any ALIBABA_CLOUD_REGION_ID=cn-hangzhou; ";

    assertThat(inside(variables + start).outputOfSuccess()).contains("\"aot_cache\":\"used\"");
  }

  @Test
  void with_less_than_a_core_its_jvm_compiles_with_c1_alone() {
    assertThat(optionsOfAgent("0.5")).contains("-XX:TieredStopAtLevel=1");
    assertThat(optionsOfAgent("1")).contains("-XX:+UseSerialGC").doesNotContain("TieredStop");
  }

  private static String optionsOfAgent(String cpus) {
    var print = "KMS_AGENT_JAVA_OPTS=-XX:+PrintCommandLineFlags";
    return inside(print + " ./alibabacloud-kms-agent agent missing", "--cpus", cpus).output();
  }

  /** The test {@code PriceListIT} has the other prices. */
  @Test
  void it_adds_to_its_base_what_the_price_list_says() throws IOException {
    var page = Files.readString(Clone.root().resolve("docs/internals/price-list.md"));
    var section = page.substring(page.indexOf("<!-- begin Size of the image -->"));
    var listed = section.substring(section.indexOf("```text\n") + 8, section.indexOf("\n```\n"));

    var added = (unpackedSize(Images.agent()) - unpackedSize(Podman.DEBIAN)) / 1048576.0;

    assertThat(added).as(section).isCloseTo(Double.parseDouble(listed), within(0.1));
  }

  private static long unpackedSize(String image) {
    return Long.parseLong(Podman.run("image", "inspect", "--format", "{{.Size}}", image));
  }
}
