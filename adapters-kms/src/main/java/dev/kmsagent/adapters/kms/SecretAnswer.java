package dev.kmsagent.adapters.kms;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kmsagent.adapters.kms.transport.Json;
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
import dev.kmsagent.domain.SecretValue;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A successful answer of GetSecretValue. Every known field must be where the API page puts it and
 * must be a string: a number or an object is not read as one.
 */
final class SecretAnswer {
  private static final List<String> REQUIRED =
      List.of("SecretName", "SecretData", "SecretDataType", "VersionId");

  private SecretAnswer() {}

  /** The secret in {@code body}, or which field of it cannot be read. */
  static FetchOutcome read(SecretQuery query, byte[] body) {
    return Json.object(body)
        .map(answer -> read(query, answer))
        .orElseGet(() -> unreadable("KMS's answer is no JSON object."));
  }

  private static FetchOutcome read(SecretQuery query, JsonObject answer) {
    return malformedField(answer)
        .<FetchOutcome>map(field -> unreadable("KMS's answer has no proper " + field + "."))
        .orElseGet(() -> wellFormed(query, answer));
  }

  private static Optional<String> malformedField(JsonObject answer) {
    return Stream.of(
            REQUIRED.stream().filter(field -> !isText(answer.get(field))),
            Arrays.stream(SecretAttribute.values())
                .map(SecretAttribute::field)
                .filter(field -> answer.has(field) && !answer.get(field).isJsonNull())
                .filter(field -> !isText(answer.get(field))),
            Stream.of("VersionStages").filter(_ -> !hasStages(answer)),
            Stream.of("SecretData").filter(_ -> !hasDataOfItsType(answer)))
        .flatMap(Function.identity())
        .findFirst();
  }

  /** A string that UTF-8 can hold: a lone surrogate would silently become a question mark. */
  private static boolean isText(@Nullable JsonElement field) {
    return field != null
        && Json.isString(field)
        && StandardCharsets.UTF_8.newEncoder().canEncode(field.getAsString());
  }

  private static boolean hasStages(JsonObject answer) {
    return answer.get("VersionStages") instanceof JsonObject stages
        && stages.get("VersionStage") instanceof JsonArray labels
        && labels.asList().stream().allMatch(SecretAnswer::isText);
  }

  private static boolean hasDataOfItsType(JsonObject answer) {
    return switch (text(answer, "SecretDataType")) {
      case "text" -> true;
      case "binary" -> isBase64(text(answer, "SecretData"));
      default -> false;
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

  private static FetchOutcome wellFormed(SecretQuery query, JsonObject answer) {
    if (!isNamed(query.name(), text(answer, "SecretName"))) {
      return unreadable("KMS answered with another secret than the one that was asked for.");
    }
    try {
      return selected(query, secret(answer));
    } catch (IllegalArgumentException notAnIdentifier) {
      return unreadable("KMS's answer has an identifier that is none.");
    }
  }

  /** KMS calls a secret by its plain name, also where it was asked for by its ARN. */
  private static boolean isNamed(SecretName asked, String answered) {
    return answered.equals(asked.value()) || answered.equals(asked.plain().value());
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
                secret.attribute(SecretAttribute.REQUEST_ID).orElse("")),
            Refused.Scope.QUERY);
  }

  private static Secret secret(JsonObject answer) {
    return new Secret(
        new SecretName(text(answer, "SecretName")),
        new VersionId(text(answer, "VersionId")),
        stages(answer),
        text(answer, "SecretDataType").equals("binary") ? DataType.BINARY : DataType.TEXT,
        SecretValue.of(text(answer, "SecretData")),
        attributes(answer));
  }

  private static List<Stage> stages(JsonObject answer) {
    return answer.getAsJsonObject("VersionStages").getAsJsonArray("VersionStage").asList().stream()
        .map(JsonElement::getAsString)
        .map(Stage::new)
        .toList();
  }

  private static Map<SecretAttribute, String> attributes(JsonObject answer) {
    var attributes = new EnumMap<SecretAttribute, String>(SecretAttribute.class);
    for (var attribute : SecretAttribute.values()) {
      Json.string(answer, attribute.field()).ifPresent(text -> attributes.put(attribute, text));
    }
    return attributes;
  }

  private static String text(JsonObject answer, String field) {
    return answer.get(field).getAsString();
  }

  private static Unavailable unreadable(String detail) {
    return new Unavailable(Unavailable.Cause.UNREADABLE, "", detail);
  }
}
