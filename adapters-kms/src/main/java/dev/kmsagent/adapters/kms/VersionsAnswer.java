package dev.kmsagent.adapters.kms;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kmsagent.adapters.kms.transport.Json;
import dev.kmsagent.domain.DatedVersion;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Listed;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.VersionId;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.stream.Stream;

/** A successful answer of ListSecretVersionIds; it is read as strictly as a secret. */
final class VersionsAnswer {
  private static final Unavailable UNREADABLE =
      new Unavailable(
          Unavailable.Cause.UNREADABLE, "", "KMS's answer is no list of a secret's versions.");

  private VersionsAnswer() {}

  /** The versions of {@code name} in {@code body}, in KMS's order. */
  static FetchOutcome read(SecretName name, byte[] body) {
    try {
      return Json.object(body)
          .filter(answer -> isOf(name, answer))
          .flatMap(answer -> Json.object(answer, "VersionIds"))
          .map(ids -> ids.get("VersionId"))
          .filter(JsonArray.class::isInstance)
          .map(versions -> listed(versions.getAsJsonArray()))
          .orElse(UNREADABLE);
    } catch (IllegalArgumentException | DateTimeParseException malformed) {
      return UNREADABLE;
    }
  }

  private static boolean isOf(SecretName name, JsonObject answer) {
    return Json.string(answer, "SecretName")
        .filter(answered -> SecretAnswer.isNamed(name, answered))
        .isPresent();
  }

  private static FetchOutcome listed(JsonArray array) {
    var versions = array.asList().stream().flatMap(VersionsAnswer::version).toList();
    return versions.size() == array.size() ? new Listed(versions) : UNREADABLE;
  }

  private static Stream<DatedVersion> version(JsonElement element) {
    return element instanceof JsonObject version
        ? Json.string(version, "VersionId")
            .flatMap(
                id ->
                    Json.string(version, "CreateTime")
                        .map(time -> new DatedVersion(new VersionId(id), Instant.parse(time))))
            .stream()
        : Stream.empty();
  }
}
