package dev.kmsagent.adapters.http.dialect;

import com.google.gson.JsonParser;
import com.google.gson.stream.JsonWriter;
import dev.kmsagent.domain.Sha256;
import dev.kmsagent.domain.VersionId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * HashiCorp Vault: the numbers of versions, what all answers have around their data, and the
 * metadata of a secret.
 */
public final class VaultMetadata {
  /** Of a secret, in KMS. */
  private static final int MAX_VERSIONS = 10;

  /** Ids that are a number below all hashes. */
  private static final Pattern NUMBERED = Pattern.compile("v?0*([1-9]\\d{0,8})");

  private static final int HASHED = 1 << 30;

  private VaultMetadata() {}

  /** The number of a version, and when it was created. */
  public record Version(int number, String created) {}

  /**
   * The number of a version, which follows from its id alone: {@code v7} and {@code 7} have the
   * number 7, any other id one of 31 bits, the first of them set and the others of its SHA-256.
   */
  public static int number(VersionId id) {
    var numbered = NUMBERED.matcher(id.value());
    return numbered.matches() ? Integer.parseInt(numbered.group(1)) : hash(id) | HASHED;
  }

  private static int hash(VersionId id) {
    var digest = Sha256.hex(id.value().getBytes(StandardCharsets.UTF_8));
    return HexFormat.fromHexDigits(digest, 0, 8) & (HASHED - 1);
  }

  /** When the secret in the body of an answer was created. */
  public static String created(String body) {
    var answer = JsonParser.parseString(body).getAsJsonObject().getAsJsonObject("data");
    return Json.text(answer.getAsJsonObject("metadata"), "created_time").orElse("");
  }

  /**
   * The body of an answer, in UTF-8.
   *
   * @param versions the current version, and the one before if it is known and has another number
   */
  public static byte[] render(String requestId, List<Version> versions) {
    return Json.object(envelope(requestId, 0, json -> data(json, versions)));
  }

  /** What all answers of Vault have around their data. No secret has a lease id. */
  static Json.Members envelope(String requestId, long leaseSeconds, Json.Members data) {
    return json -> {
      json.name("request_id").value(requestId);
      json.name("lease_id").value("");
      json.name("renewable").value(false);
      json.name("lease_duration").value(leaseSeconds);
      data.write(json.name("data").beginObject());
      json.endObject();
      json.name("wrap_info").nullValue();
      json.name("warnings").nullValue();
      json.name("auth").nullValue();
    };
  }

  private static void data(JsonWriter json, List<Version> versions) throws IOException {
    var current = versions.getFirst();
    var oldest = versions.getLast();
    json.name("cas_required").value(false);
    json.name("created_time").value(oldest.created());
    json.name("current_version").value(current.number());
    json.name("custom_metadata").nullValue();
    json.name("delete_version_after").value("0s");
    json.name("max_versions").value(MAX_VERSIONS);
    json.name("oldest_version").value(oldest.number());
    json.name("updated_time").value(current.created());
    json.name("versions").beginObject();
    for (var version : versions) {
      json.name(Integer.toString(version.number())).beginObject();
      json.name("created_time").value(version.created());
      json.name("deletion_time").value("");
      json.name("destroyed").value(false);
      json.endObject();
    }
    json.endObject();
  }
}
