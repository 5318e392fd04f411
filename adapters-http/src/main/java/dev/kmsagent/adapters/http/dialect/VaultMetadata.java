package dev.kmsagent.adapters.http.dialect;

import com.google.gson.stream.JsonWriter;
import dev.kmsagent.domain.NumberedVersion;
import dev.kmsagent.domain.VersionId;
import java.io.IOException;
import java.util.List;

/** HashiCorp Vault: the JSON of the metadata of a secret in a KV engine, version 2. */
public final class VaultMetadata {
  /** Of a secret, in KMS. */
  private static final int MAX_VERSIONS = 10;

  private VaultMetadata() {}

  /**
   * The body of an answer, in UTF-8.
   *
   * @param versions at least one, in the order of their numbers
   * @param current the version that a read gets
   */
  public static byte[] render(List<NumberedVersion> versions, VersionId current) {
    return Json.object(
        json -> {
          VaultEnvelope.begin(json, "", 0);
          data(json.name("data").beginObject(), versions, current);
          json.endObject();
          VaultEnvelope.end(json);
        });
  }

  private static void data(JsonWriter json, List<NumberedVersion> versions, VersionId current)
      throws IOException {
    var number =
        versions.stream()
            .filter(version -> version.version().id().equals(current))
            .mapToInt(NumberedVersion::number)
            .findFirst()
            .orElse(versions.getLast().number());
    json.name("cas_required").value(false);
    json.name("created_time").value(created(versions.getFirst()));
    json.name("current_version").value(number);
    json.name("custom_metadata").nullValue();
    json.name("delete_version_after").value("0s");
    json.name("max_versions").value(MAX_VERSIONS);
    json.name("oldest_version").value(versions.getFirst().number());
    json.name("updated_time").value(created(versions.getLast()));
    json.name("versions").beginObject();
    for (var version : versions) {
      json.name(Integer.toString(version.number())).beginObject();
      json.name("created_time").value(created(version));
      json.name("deletion_time").value("");
      json.name("destroyed").value(version.isDropped());
      json.endObject();
    }
    json.endObject();
  }

  private static String created(NumberedVersion version) {
    return version.version().createdAt().toString();
  }
}
