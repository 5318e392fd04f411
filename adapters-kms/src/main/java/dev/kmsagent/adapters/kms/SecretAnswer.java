package dev.kmsagent.adapters.kms;

import com.aliyun.sdk.service.kms20160120.models.GetSecretValueResponseBody;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.KmsError;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SecretValue;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionSelector;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes a secret of an answer whose shape {@link AnswerShape} has checked. */
final class SecretAnswer {
  private SecretAnswer() {}

  static FetchOutcome read(SecretQuery query, GetSecretValueResponseBody answer) {
    if (!isNamed(query.name(), answer.getSecretName())) {
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
    return isMeant(query.version(), secret)
        ? new Fetched(secret)
        : new Refused(
            new KmsError(
                404,
                "Forbidden.ResourceNotFound",
                "KMS gave version " + secret.version() + " and not the one that was asked for.",
                secret.attribute(SecretAttribute.REQUEST_ID).orElse("")),
            Refused.Scope.QUERY);
  }

  private static boolean isMeant(VersionSelector asked, Secret secret) {
    return switch (asked) {
      case VersionSelector.ByStage _ -> true;
      case VersionSelector.ById _, VersionSelector.ByIdAndStage _ ->
          asked.selects(secret.version(), secret.stages());
    };
  }

  private static Secret secret(GetSecretValueResponseBody answer) {
    return new Secret(
        new SecretName(answer.getSecretName()),
        new VersionId(answer.getVersionId()),
        answer.getVersionStages().getVersionStage().stream().map(Stage::new).toList(),
        answer.getSecretDataType().equals("binary") ? DataType.BINARY : DataType.TEXT,
        SecretValue.of(answer.getSecretData()),
        attributes(answer));
  }

  private static Map<SecretAttribute, String> attributes(GetSecretValueResponseBody answer) {
    var said = new EnumMap<SecretAttribute, String>(SecretAttribute.class);
    for (var attribute : SecretAttribute.values()) {
      var value = attribute(answer, attribute);
      if (value != null) {
        said.put(attribute, value);
      }
    }
    return said;
  }

  private static @Nullable String attribute(
      GetSecretValueResponseBody answer, SecretAttribute attribute) {
    return switch (attribute) {
      case SECRET_TYPE -> answer.getSecretType();
      case CREATE_TIME -> answer.getCreateTime();
      case REQUEST_ID -> answer.getRequestId();
      case LAST_ROTATION_DATE -> answer.getLastRotationDate();
      case NEXT_ROTATION_DATE -> answer.getNextRotationDate();
      case ROTATION_INTERVAL -> answer.getRotationInterval();
      case AUTOMATIC_ROTATION -> answer.getAutomaticRotation();
      case EXTENDED_CONFIG -> answer.getExtendedConfig();
    };
  }

  private static Unavailable unreadable(String detail) {
    return new Unavailable(Unavailable.Cause.UNREADABLE, "", detail);
  }
}
