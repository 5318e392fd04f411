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
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;

/**
 * AWS Secrets Manager: the JSON of a secret as AWS's agent writes it, and of its errors. There is
 * no {@code ARN}, which is optional there: KMS's answer has none.
 */
final class AwsDialect implements Dialect {
  private static final Map<String, Stage> STAGES =
      Map.of("AWSCURRENT", Stage.CURRENT, "AWSPREVIOUS", Stage.PREVIOUS);
  private static final Map<Stage, String> SPELLINGS =
      Map.of(Stage.CURRENT, "AWSCURRENT", Stage.PREVIOUS, "AWSPREVIOUS");

  @Override
  public Stage stage(String spelling) {
    return STAGES.getOrDefault(spelling, new Stage(spelling));
  }

  private static String spelled(Stage stage) {
    return SPELLINGS.getOrDefault(stage, stage.value());
  }

  @Override
  public byte[] secret(Secret secret) {
    return Json.object(secret, json -> members(json, secret));
  }

  private static void members(JsonWriter json, Secret secret) throws IOException {
    json.name("Name").value(secret.name().value());
    json.name("VersionId").value(secret.version().value());
    json.name(valueField(secret.dataType())).value(secret.value().reveal());
    var stages = secret.stages().stream().map(AwsDialect::spelled);
    Json.array(json, "VersionStages", stages);
    var created = created(secret);
    if (created.isPresent()) {
      json.name("CreatedDate").value(Long.toString(created.get().getEpochSecond()));
    }
  }

  /** KMS and AWS both send binary data as base64. */
  private static String valueField(DataType type) {
    return type == DataType.TEXT ? "SecretString" : "SecretBinary";
  }

  private static Optional<Instant> created(Secret secret) {
    try {
      return secret.attribute(SecretAttribute.CREATE_TIME).map(Instant::parse);
    } catch (DateTimeParseException unknownForm) {
      return Optional.empty();
    }
  }

  @Override
  public byte[] failure(Failure failure, String requestId) {
    return Json.object(
        json -> {
          json.name("__type").value(failure.code());
          json.name("message").value(failure.message());
        });
  }

  @Override
  public SecretContent value(String body) {
    var members = JsonParser.parseString(body).getAsJsonObject();
    var type = members.has(valueField(DataType.BINARY)) ? DataType.BINARY : DataType.TEXT;
    return new SecretContent(
        type, new ConfidentialText(members.get(valueField(type)).getAsString()));
  }
}
