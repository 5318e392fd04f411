package dev.kmsagent.adapters.http.dialect;

import com.google.gson.JsonParser;
import com.google.gson.stream.JsonWriter;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretContent;
import dev.kmsagent.domain.Stage;
import java.io.IOException;

/** Alibaba Cloud KMS: the JSON of GetSecretValue, and of KMS's errors. */
final class KmsDialect implements Dialect {
  @Override
  public byte[] secret(Secret secret) {
    return Json.object(secret, json -> members(json, secret));
  }

  private static void members(JsonWriter json, Secret secret) throws IOException {
    json.name("SecretName").value(secret.name().value());
    json.name("SecretData").value(secret.value().reveal());
    json.name("SecretDataType").value(spelling(secret.dataType()));
    json.name("VersionId").value(secret.version().value());
    json.name("VersionStages").beginObject();
    Json.array(json, "VersionStage", secret.stages().stream().map(Stage::value));
    json.endObject();
    attributes(json, secret);
  }

  /** The attributes that KMS gave, under KMS's names. */
  static void attributes(JsonWriter json, Secret secret) throws IOException {
    for (var attribute : SecretAttribute.values()) {
      var value = secret.attribute(attribute);
      if (value.isPresent()) {
        json.name(attribute.field()).value(value.get());
      }
    }
  }

  static String spelling(DataType type) {
    return type == DataType.TEXT ? "text" : "binary";
  }

  static DataType dataType(String spelling) {
    return spelling.equals("binary") ? DataType.BINARY : DataType.TEXT;
  }

  /** With the id of KMS's own answer where there was one: KMS's support asks for that. */
  @Override
  public byte[] failure(Failure failure, String requestId) {
    return Json.object(
        json -> {
          json.name("Code").value(failure.code());
          json.name("Message").value(failure.message());
          json.name("RequestId")
              .value(failure.upstreamId().isEmpty() ? requestId : failure.upstreamId());
        });
  }

  @Override
  public SecretContent value(String body) {
    var members = JsonParser.parseString(body).getAsJsonObject();
    return new SecretContent(
        dataType(members.get("SecretDataType").getAsString()),
        new ConfidentialText(members.get("SecretData").getAsString()));
  }
}
