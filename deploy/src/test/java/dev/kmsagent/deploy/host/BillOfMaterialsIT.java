package dev.kmsagent.deploy.host;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

final class BillOfMaterialsIT {
  private static final String PROGRAM = "kms-agent.jar";

  @Test
  void names_exactly_the_jars_that_ship_by_their_sums() throws IOException {
    var shipped =
        Distribution.jars().stream()
            .filter(jar -> !jar.endsWith(PROGRAM))
            .collect(toMap(jar -> jar.getFileName().toString(), BillOfMaterialsIT::sum));
    assertThat(named()).hasSizeGreaterThan(20).containsExactlyInAnyOrderEntriesOf(shipped);
  }

  @Test
  void says_of_what_every_part_is_licensed() throws IOException {
    assertThat(bill().getAsJsonArray("components"))
        .allSatisfy(part -> assertThat(part.getAsJsonObject().has("licenses")).isTrue());
  }

  @Test
  void holds_nothing_that_changes_from_build_to_build() throws IOException {
    assertThat(bill().has("serialNumber")).isFalse();
    assertThat(bill().getAsJsonObject("metadata").has("timestamp")).isFalse();
  }

  private static JsonObject bill() throws IOException {
    var text = Files.readString(Distribution.FOLDER.resolve("sbom.cdx.json"));
    return JsonParser.parseString(text).getAsJsonObject();
  }

  private static Map<String, String> named() throws IOException {
    return StreamSupport.stream(bill().getAsJsonArray("components").spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .collect(toMap(BillOfMaterialsIT::fileName, BillOfMaterialsIT::namedSum));
  }

  private static String fileName(JsonObject part) {
    return part.get("name").getAsString() + "-" + part.get("version").getAsString() + ".jar";
  }

  private static String namedSum(JsonObject part) {
    return StreamSupport.stream(part.getAsJsonArray("hashes").spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .filter(hash -> hash.get("alg").getAsString().equals("SHA-256"))
        .map(hash -> hash.get("content").getAsString())
        .findFirst()
        .orElseThrow();
  }

  private static String sum(Path file) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
