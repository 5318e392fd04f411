package dev.kmsagent.config.loading;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.ValueType;
import dev.kmsagent.config.schema.ValueType.Allowed;
import java.util.List;
import java.util.Set;

/** What the JSON Schema of the chart's values says of {@code settings}: the variables of keys. */
final class ChartSchema {
  /** What follows from other values of the chart, and what belongs to other credential types. */
  private static final Set<String> NO_SETTINGS =
      Set.of(
          "Server.HttpPort",
          "Management.Port",
          "KMS.Region",
          "KMS.Endpoint",
          "KMS.CredentialType",
          "KMS.RoleArn",
          "KMS.OidcProviderArn",
          "KMS.OidcTokenFile",
          "KMS.RoleName",
          "KMS.AccessKeyId",
          "KMS.AccessKeySecret",
          "KMS.SecurityToken",
          "KMS.PodIdentity.Issuer",
          "KMS.PodIdentity.Audience",
          "KMS.PodIdentity.JwksUri",
          "KMS.PodIdentity.JwksCaFile",
          "KMS.PodIdentity.JwksTokenFile",
          "KMS.PodIdentity.Accounts",
          "KMS.PodIdentity.NodeName",
          "Cache.File.Path",
          "Cache.File.EncryptionKey",
          "Log.AuditPath",
          "Log.AuditKeyFile",
          "Files.Directory",
          "Files.Mode",
          "Files.Entries");

  /** The launcher's. */
  private static final String LAUNCHER =
      """
      KMS_AGENT_HEAP: {type: string, pattern: '^[0-9]+[kKmMgG]$'},
      KMS_AGENT_JAVA_OPTS: {type: string}
      """;

  /** Those by which SLS collects files of a container. */
  private static final String OF_SLS =
      "{'^aliyun_logs_[a-z0-9_-]+$': {type: string, minLength: 1}}";

  private ChartSchema() {}

  /** The schema with that of {@code settings} written anew. */
  static String with(AgentConfig.Keys keys, String schema) {
    var root = JsonParser.parseString(schema).getAsJsonObject();
    var variables = json("{" + LAUNCHER + "}");
    keys.keys().stream()
        .filter(key -> !NO_SETTINGS.contains(key.path()))
        .forEach(key -> variables.add(key.variable(), property(key.type())));
    var settings = json("{type: object, additionalProperties: false}");
    settings.add("properties", variables);
    settings.add("patternProperties", json(OF_SLS));
    root.getAsJsonObject("properties").add("settings", settings);
    return ReferenceFiles.written(root);
  }

  /** What a lenient parser makes of it, which needs no quotes around a word. */
  private static JsonObject json(String text) {
    return JsonParser.parseString(text).getAsJsonObject();
  }

  /** As YAML has it: a list is the text of the variable, and quotes are as good as none. */
  private static JsonElement property(ValueType<?> type) {
    return switch (type.allowed()) {
      case Allowed.Range(Number least, Number most, _) ->
          json(
              "{type: [%s, string], minimum: %s, maximum: %s, pattern: '^[0-9]+%s$'}"
                  .formatted(
                      type.toml() == TomlValue.Type.WHOLE ? "integer" : "number",
                      least,
                      most,
                      type.toml() == TomlValue.Type.WHOLE ? "" : "([.][0-9]+)?"));
      case Allowed.Choice(List<String> words) -> json("{enum: %s}".formatted(words));
      case Allowed.Phrase _ when type.toml() == TomlValue.Type.FLAG ->
          json("{type: [boolean, string], pattern: '^(true|false)$'}");
      case Allowed.Phrase _ when type.toml() == TomlValue.Type.TEXT ->
          json("{type: string, minLength: 1}");
      case Allowed.Phrase _ -> json("{type: string}");
    };
  }
}
