package dev.kmsagent.adapters.http.dialect;

import com.google.gson.stream.JsonWriter;
import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.Stage;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * AWS Secrets Manager: the JSON of its GetSecretValue, and of its errors. KMS names no ARN; the
 * name stands in for it, since it does wherever an ARN is asked for.
 */
public final class AwsDialect implements Dialect {
  private static final Stage AWS_CURRENT = new Stage("AWSCURRENT");
  private static final Stage AWS_PREVIOUS = new Stage("AWSPREVIOUS");

  private final EntityTags tags;

  public AwsDialect(EntityTags tags) {
    this.tags = tags;
  }

  @Override
  public Stage stage(String spelling) {
    var stage = new Stage(spelling);
    if (stage.equals(AWS_CURRENT)) {
      return Stage.CURRENT;
    }
    return stage.equals(AWS_PREVIOUS) ? Stage.PREVIOUS : stage;
  }

  private static Stage shown(Stage stage) {
    if (stage.equals(Stage.CURRENT)) {
      return AWS_CURRENT;
    }
    return stage.equals(Stage.PREVIOUS) ? AWS_PREVIOUS : stage;
  }

  @Override
  public Representation render(Secret secret) {
    JsonBody body = json -> fill(json, secret);
    return tags.tagged(body.toBytes());
  }

  private static void fill(JsonWriter json, Secret secret) throws IOException {
    json.name("ARN").value(secret.name().value());
    json.name("Name").value(secret.name().value());
    json.name("VersionId").value(secret.version().value());
    json.name(valueField(secret)).value(secret.value().reveal());
    json.name("VersionStages").beginArray();
    for (var stage : secret.stages()) {
      json.value(shown(stage).value());
    }
    json.endArray();
    var created = created(secret);
    if (created.isPresent()) {
      json.name("CreatedDate").value(created.get().getEpochSecond());
    }
  }

  /** KMS and AWS both send binary data as base64. */
  private static String valueField(Secret secret) {
    return switch (secret.dataType()) {
      case TEXT -> "SecretString";
      case BINARY -> "SecretBinary";
    };
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
    JsonBody body =
        json -> {
          json.name("__type").value(failure.code());
          json.name("message").value(failure.message());
        };
    return body.toBytes();
  }
}
