package dev.kmsagent.adapters.http.dialect;

import com.google.gson.stream.JsonWriter;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import java.io.IOException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** HashiCorp Vault: the JSON of a read from its key-value store, version 2, and of its errors. */
public final class VaultKv2Dialect implements Dialect {
  /** Ids that tell a number which Vault's clients can hold. */
  private static final Pattern NUMBERED = Pattern.compile("v?(\\d{1,9})");

  private final EntityTags tags;

  public VaultKv2Dialect(EntityTags tags) {
    this.tags = tags;
  }

  @Override
  public Representation render(Secret secret) {
    JsonBody body = json -> fill(json, secret);
    return tags.tagged(body.toBytes());
  }

  private static void fill(JsonWriter json, Secret secret) throws IOException {
    json.name("request_id").value(secret.attribute(SecretAttribute.REQUEST_ID).orElse(""));
    json.name("lease_id").value("");
    json.name("renewable").value(false);
    json.name("lease_duration").value(0);
    json.name("data").beginObject();
    data(json.name("data"), secret);
    metadata(json.name("metadata").beginObject(), secret);
    json.endObject();
    json.endObject();
    json.name("wrap_info").nullValue();
    json.name("warnings").nullValue();
    json.name("auth").nullValue();
  }

  /** The keys of the object that the value is; any other value under a key of its own. */
  private static void data(JsonWriter json, Secret secret) throws IOException {
    var value = secret.value().reveal();
    if (secret.dataType() == DataType.TEXT && JsonText.isObject(value)) {
      json.jsonValue(value);
    } else {
      json.beginObject().name("value").value(value).endObject();
    }
  }

  private static void metadata(JsonWriter json, Secret secret) throws IOException {
    var created = secret.attribute(SecretAttribute.CREATE_TIME);
    if (created.isPresent()) {
      json.name("created_time").value(created.get());
    }
    json.name("custom_metadata").beginObject();
    inKmsWords(json, secret);
    json.endObject();
    json.name("deletion_time").value("");
    json.name("destroyed").value(false);
    json.name("version").value(number(secret.version()));
  }

  /** What has no place in Vault's answer; there it is all text. */
  private static void inKmsWords(JsonWriter json, Secret secret) throws IOException {
    json.name("SecretName").value(secret.name().value());
    json.name("SecretDataType").value(KmsDialect.spelling(secret.dataType()));
    json.name("VersionId").value(secret.version().value());
    json.name("VersionStages")
        .value(secret.stages().stream().map(Stage::value).collect(Collectors.joining(",")));
    for (var attribute : SecretAttribute.values()) {
      var said = secret.attribute(attribute);
      if (said.isPresent()) {
        json.name(attribute.field()).value(said.get());
      }
    }
  }

  /** Vault numbers versions from 1; so does this, where KMS's id tells no number. */
  private static int number(VersionId version) {
    var numbered = NUMBERED.matcher(version.value());
    return numbered.matches() ? Integer.parseInt(numbered.group(1)) : 1;
  }

  @Override
  public byte[] failure(Failure failure, String requestId) {
    JsonBody body =
        json -> {
          json.name("errors").beginArray();
          json.value(failure.code() + ": " + failure.message());
          json.endArray();
        };
    return body.toBytes();
  }
}
