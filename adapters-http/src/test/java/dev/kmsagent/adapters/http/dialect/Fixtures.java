package dev.kmsagent.adapters.http.dialect;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretValue;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Secrets with all and with nothing, and what is rendered of them. */
final class Fixtures {
  private Fixtures() {}

  /** A secret of which KMS said all that it can say. */
  static Secret full(DataType type, String value) {
    var attributes = new EnumMap<SecretAttribute, String>(SecretAttribute.class);
    for (var attribute : SecretAttribute.values()) {
      attributes.put(attribute, "the " + attribute.field());
    }
    attributes.put(SecretAttribute.CREATE_TIME, "2025-12-31T01:02:03Z");
    return secret("v12", type, value, attributes);
  }

  /** A secret of which KMS said as little as it may. */
  static Secret bare(String version, String value) {
    return secret(version, DataType.TEXT, value, Map.of());
  }

  static Secret secret(
      String version, DataType type, String value, Map<SecretAttribute, String> attributes) {
    return new Secret(
        new SecretName("app/db"),
        new VersionId(version),
        List.of(new Stage("mine"), Stage.CURRENT, Stage.PREVIOUS),
        type,
        SecretValue.of(value),
        attributes);
  }

  static JsonObject json(byte[] body) {
    return JsonParser.parseString(text(body)).getAsJsonObject();
  }

  static String text(byte[] body) {
    return new String(body, StandardCharsets.UTF_8);
  }
}
