package dev.kmsagent.adapters.kms;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.kmsagent.adapters.kms.transport.StrictJson;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.NoSecret.KmsError;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A successful answer of GetSecretValue. Every known field must be where the API page puts it and
 * must be a string: a number or an object is not read as one.
 */
final class SecretAnswer {
  private SecretAnswer() {}

  /** The secret in {@code body}, or which field of it cannot be read. */
  static FetchOutcome read(SecretQuery query, byte[] body) {
    var answer = StrictJson.object(body);
    if (answer.isEmpty()) {
      return unreadable("KMS's answer is no JSON object.");
    }
    try {
      var secret = secret(answer.get());
      return isNamed(query.name(), secret.name())
          ? selected(query, secret)
          : unreadable("KMS answered with another secret than the one that was asked for.");
    } catch (JsonParseException malformed) {
      return unreadable("KMS's answer has no proper " + malformed.getMessage() + ".");
    } catch (IllegalArgumentException notAnIdentifier) {
      return unreadable("KMS's answer has an identifier that is none.");
    }
  }

  /** KMS calls a secret by its plain name, also where it was asked for by its ARN. */
  private static boolean isNamed(SecretName asked, SecretName answered) {
    return answered.value().equals(asked.value()) || answered.value().equals(asked.plain().value());
  }

  /** KMS takes no version ids for secrets that it rotates itself: it ignores them (API page). */
  private static FetchOutcome selected(SecretQuery query, Secret secret) {
    return query.version().id().isEmpty()
            || query.version().selects(secret.version(), secret.stages())
        ? new Fetched(secret)
        : new Refused(
            new KmsError(
                404,
                "Forbidden.ResourceNotFound",
                "KMS gave version " + secret.version() + " and not the one that was asked for.",
                secret.kmsRequestId()),
            Refused.Scope.QUERY);
  }

  /**
   * The secret in an answer.
   *
   * @throws JsonParseException naming a field that is not as it must be
   * @throws IllegalArgumentException when an identifier is none
   */
  private static Secret secret(JsonObject answer) {
    var data = text(answer, "SecretData");
    var type = dataType(answer);
    if (type == DataType.BINARY && !isBase64(data)) {
      throw new JsonParseException("SecretData");
    }
    return new Secret(
        new SecretName(text(answer, "SecretName")),
        new VersionId(text(answer, "VersionId")),
        stages(answer),
        type,
        new ConfidentialText(data),
        attributes(answer));
  }

  private static DataType dataType(JsonObject answer) {
    return switch (text(answer, "SecretDataType")) {
      case "text" -> DataType.TEXT;
      case "binary" -> DataType.BINARY;
      default -> throw new JsonParseException("SecretDataType");
    };
  }

  private static boolean isBase64(String data) {
    try {
      Base64.getDecoder().decode(data);
      return true;
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
  }

  private static List<Stage> stages(JsonObject answer) {
    if (answer.get("VersionStages") instanceof JsonObject stages
        && stages.get("VersionStage") instanceof JsonArray labels) {
      return labels.asList().stream()
          .map(label -> new Stage(text(label, "VersionStages")))
          .toList();
    }
    throw new JsonParseException("VersionStages");
  }

  private static Map<SecretAttribute, String> attributes(JsonObject answer) {
    var attributes = new EnumMap<SecretAttribute, String>(SecretAttribute.class);
    for (var attribute : SecretAttribute.values()) {
      var value = answer.get(attribute.field());
      if (value != null && !value.isJsonNull()) {
        attributes.put(attribute, text(value, attribute.field()));
      }
    }
    return attributes;
  }

  private static String text(JsonObject answer, String field) {
    return text(answer.get(field), field);
  }

  /** A string that UTF-8 can hold: a lone surrogate would silently become a question mark. */
  private static String text(@Nullable JsonElement value, String field) {
    if (value == null
        || !StrictJson.isString(value)
        || !StandardCharsets.UTF_8.newEncoder().canEncode(value.getAsString())) {
      throw new JsonParseException(field);
    }
    return value.getAsString();
  }

  private static Unavailable unreadable(String detail) {
    return new Unavailable(Unavailable.Cause.UNREADABLE, "", detail);
  }
}
