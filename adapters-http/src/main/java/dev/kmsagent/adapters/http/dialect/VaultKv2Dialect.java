package dev.kmsagent.adapters.http.dialect;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.stream.JsonWriter;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretValue;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** HashiCorp Vault: the JSON of a read from its key-value store, version 2, and of its errors. */
final class VaultKv2Dialect implements Dialect {
  /** Version ids that are a number which Vault's clients can hold. */
  private static final Pattern NUMBERED = Pattern.compile("v?(\\d{1,9})");

  @Override
  public byte[] secret(Secret secret) {
    return Json.object(secret, json -> members(json, secret));
  }

  private static void members(JsonWriter json, Secret secret) throws IOException {
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

  /** The value itself if it is a JSON object; otherwise an object with it as {@code value}. */
  private static void data(JsonWriter json, Secret secret) throws IOException {
    var value = secret.value().reveal();
    if (secret.dataType() == DataType.TEXT && Json.isObject(value)) {
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
    customMetadata(json, secret);
    json.endObject();
    json.name("deletion_time").value("");
    json.name("destroyed").value(false);
    json.name("version").value(number(secret.version()));
  }

  /** What Vault has no member for, under KMS's names; custom metadata is text. */
  private static void customMetadata(JsonWriter json, Secret secret) throws IOException {
    json.name("SecretName").value(secret.name().value());
    json.name("SecretDataType").value(KmsDialect.spelling(secret.dataType()));
    json.name("VersionId").value(secret.version().value());
    json.name("VersionStages")
        .value(secret.stages().stream().map(Stage::value).collect(Collectors.joining(",")));
    KmsDialect.attributes(json, secret);
  }

  /** Vault numbers versions from 1; an id that is no number counts as 1. */
  private static int number(VersionId version) {
    var numbered = NUMBERED.matcher(version.value());
    return numbered.matches() ? Integer.parseInt(numbered.group(1)) : 1;
  }

  @Override
  public byte[] failure(Failure failure, String requestId) {
    return Json.object(
        json -> Json.array(json, "errors", Stream.of(failure.code() + ": " + failure.message())));
  }

  @Override
  public Optional<Value> value(JsonObject body) {
    return body.get("data") instanceof JsonObject data
            && data.get("data") instanceof JsonObject keys
        ? Optional.of(new Value(dataType(data), SecretValue.of(valueOf(keys))))
        : Optional.empty();
  }

  private static DataType dataType(JsonObject data) {
    var custom = data.getAsJsonObject("metadata").getAsJsonObject("custom_metadata");
    return KmsDialect.dataType(Json.text(custom, "SecretDataType"));
  }

  /** The reverse of {@link #data}. */
  private static String valueOf(JsonObject keys) {
    var value = keys.get("value");
    return keys.size() == 1 && value instanceof JsonPrimitive text && text.isString()
        ? text.getAsString()
        : keys.toString();
  }

  @Override
  public Optional<String> problem(JsonObject body) {
    return body.has("errors")
        ? Optional.of(body.getAsJsonArray("errors").get(0).getAsString())
        : Optional.empty();
  }
}
