package dev.kmsagent.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.testkit.SystemCommand;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The agent's image. */
@ExtendWith(Podman.class)
@Execution(ExecutionMode.SAME_THREAD)
final class ImageContainerIT {
  private static final long MOST_BYTES = 110_000_000;

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

  @Test
  void its_bill_of_materials_lists_every_file_with_its_checksum() {
    var files =
        inside("find . ! -type d ! -name sbom.cdx.json -exec sha256sum {} +", "--user", "0")
            .outputOfSuccess()
            .lines()
            .map(line -> line.replace("  ./", "  "));

    assertThat(files).containsExactlyInAnyOrderElementsOf(files(bill()).toList());
  }

  private static JsonObject bill() {
    var bill = inside("cat sbom.cdx.json").outputOfSuccess();
    return JsonParser.parseString(bill).getAsJsonObject();
  }

  @Test
  void its_bill_of_materials_lists_every_package_of_debian() {
    var packages = inside("dpkg-query -W -f '${Package} ${Version}\\n'").outputOfSuccess().lines();
    var debian =
        parts(bill())
            .filter(part -> part.get("type").getAsString().equals("operating-system"))
            .findFirst()
            .orElseThrow();

    assertThat(debian.get("name").getAsString()).isEqualTo("debian");
    assertThat(debian.get("version").getAsString()).isEqualTo("13");
    assertThat(packages)
        .containsExactlyInAnyOrderElementsOf(
            parts(debian)
                .map(it -> it.get("name").getAsString() + " " + it.get("version").getAsString())
                .toList());
    assertThat(parts(debian).map(it -> it.get("purl").getAsString()))
        .allMatch(it -> it.matches("pkg:deb/debian/[^/@+:]+@[^@+:]+[?]arch=(all|amd64|arm64)&.*"));
  }

  /** As sha256sum prints them. */
  private static Stream<String> files(JsonObject whole) {
    return parts(whole)
        .flatMap(
            part ->
                part.get("type").getAsString().equals("file")
                    ? Stream.concat(Stream.of(line(part)), files(part))
                    : files(part));
  }

  private static Stream<JsonObject> parts(JsonObject whole) {
    var parts = whole.has("components") ? whole.getAsJsonArray("components") : new JsonArray();
    return StreamSupport.stream(parts.spliterator(), false).map(part -> part.getAsJsonObject());
  }

  private static String line(JsonObject file) {
    var checksum = file.getAsJsonArray("hashes").get(0).getAsJsonObject().get("content");
    return checksum.getAsString() + "  " + file.get("name").getAsString();
  }

  @Test
  void the_authorities_of_the_system_are_in_it() {
    assertThat(
            inside("runtime/bin/keytool -list -cacerts -storepass changeit | grep -c trustedCert")
                .outputOfSuccess()
                .strip())
        .satisfies(number -> assertThat(Integer.parseInt(number)).isGreaterThan(100));
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

  @Test
  void it_is_small() throws Exception {
    var size = compressedSize();
    System.out.printf("The image, compressed: %.1f MB%n", size / 1e6);

    assertThat(size).isLessThanOrEqualTo(MOST_BYTES);
  }

  /** The test {@code PriceListIT} has the other prices. */
  @Test
  void it_adds_to_its_base_what_the_price_list_says() throws IOException {
    var page = Files.readString(Clone.root().resolve("docs/internals/price-list.md"));
    var section = page.substring(page.indexOf("## Size of the image"));
    var listed = section.substring(section.indexOf("```text\n") + 8, section.lastIndexOf("\n```"));

    var added = (unpackedSize(Images.agent()) - unpackedSize(Podman.DEBIAN)) / 1048576.0;

    assertThat(added).as(section).isCloseTo(Double.parseDouble(listed), within(0.1));
  }

  private static long unpackedSize(String image) {
    return Long.parseLong(Podman.run("image", "inspect", "--format", "{{.Size}}", image));
  }

  private static long compressedSize() throws Exception {
    var process = SystemCommand.of("podman", "save", Images.agent()).launch();
    var counter = new Counter();
    try (var saved = process.getInputStream();
        var zipped = new GZIPOutputStream(counter, 1 << 16)) {
      var _ = saved.transferTo(zipped);
    }
    assertThat(process.waitFor()).isZero();
    return counter.bytes;
  }

  private static final class Counter extends OutputStream {
    private long bytes;

    @Override
    public void write(int one) {
      bytes++;
    }

    @Override
    public void write(byte[] many, int from, int length) throws IOException {
      bytes += length;
    }
  }
}
