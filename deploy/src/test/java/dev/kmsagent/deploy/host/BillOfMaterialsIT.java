package dev.kmsagent.deploy.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

final class BillOfMaterialsIT {
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
}
