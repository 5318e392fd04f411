package dev.kmsagent.adapters.kms;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kmsagent.adapters.kms.transport.Json;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretAttribute;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a whole GetSecretValue answer: every field that we know is there where it must be,
 * and is a string, never something that could be read as one.
 */
final class AnswerShape {
  private static final List<String> REQUIRED =
      List.of("SecretName", "SecretData", "SecretDataType", "VersionId");

  private AnswerShape() {}

  /** Throws {@link CallFailed} where {@code body} is no whole answer; says which field is wrong. */
  static void check(byte[] body) {
    var answer = Json.object(body).orElseThrow(() -> unreadable("is no JSON object"));
    REQUIRED.forEach(field -> require(isText(answer.get(field)), field));
    Arrays.stream(SecretAttribute.values())
        .map(SecretAttribute::field)
        .forEach(field -> require(isAbsent(answer.get(field)) || isText(answer.get(field)), field));
    require(hasStages(answer), "VersionStages");
    require(hasDataOfItsType(answer), "SecretData");
  }

  private static boolean isAbsent(@Nullable JsonElement field) {
    return field == null || field.isJsonNull();
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
        && labels.asList().stream().allMatch(AnswerShape::isText);
  }

  private static boolean hasDataOfItsType(JsonObject answer) {
    return switch (answer.get("SecretDataType").getAsString()) {
      case "text" -> true;
      case "binary" -> isBase64(answer.get("SecretData").getAsString());
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

  private static void require(boolean good, String field) {
    if (!good) {
      throw unreadable("has no proper " + field);
    }
  }

  private static CallFailed unreadable(String what) {
    return CallFailed.unavailable(Unavailable.Cause.UNREADABLE, "KMS's answer " + what + ".");
  }
}
