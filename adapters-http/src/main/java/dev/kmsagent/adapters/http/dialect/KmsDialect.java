package dev.kmsagent.adapters.http.dialect;

import com.google.gson.stream.JsonWriter;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.Stage;
import java.io.IOException;
import java.util.List;

/** Alibaba Cloud KMS: the JSON of GetSecretValue, and of KMS's errors. */
public final class KmsDialect implements Dialect {
  private final EntityTags tags;

  public KmsDialect(EntityTags tags) {
    this.tags = tags;
  }

  @Override
  public Representation render(Secret secret) {
    JsonBody body = json -> fill(json, secret);
    return tags.tagged(body.toBytes());
  }

  private static void fill(JsonWriter json, Secret secret) throws IOException {
    json.name("SecretName").value(secret.name().value());
    json.name("SecretData").value(secret.value().reveal());
    json.name("SecretDataType").value(spelling(secret.dataType()));
    json.name("VersionId").value(secret.version().value());
    json.name("VersionStages").beginObject();
    stages(json.name("VersionStage"), secret.stages());
    json.endObject();
    for (var attribute : SecretAttribute.values()) {
      var said = secret.attribute(attribute);
      if (said.isPresent()) {
        json.name(attribute.field()).value(said.get());
      }
    }
  }

  private static void stages(JsonWriter json, List<Stage> stages) throws IOException {
    json.beginArray();
    for (var stage : stages) {
      json.value(stage.value());
    }
    json.endArray();
  }

  static String spelling(DataType type) {
    return switch (type) {
      case TEXT -> "text";
      case BINARY -> "binary";
    };
  }

  /** With the id of KMS's own answer where there was one: KMS's support asks for that. */
  @Override
  public byte[] failure(Failure failure, String requestId) {
    JsonBody body =
        json -> {
          json.name("Code").value(failure.code());
          json.name("Message").value(failure.message());
          json.name("RequestId")
              .value(failure.upstreamId().isEmpty() ? requestId : failure.upstreamId());
        };
    return body.toBytes();
  }
}
