package dev.kmsagent.config.loading;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.loading.LoadResult.Loaded;
import dev.kmsagent.config.loading.LoadResult.Setting;
import dev.kmsagent.config.schema.Problem;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One attempt to load {@code config.toml}, and what came of it. */
record Attempt(ConfigSource source, Map<String, String> environment, Path folder) {
  /** What the platform sets in a pod. */
  static final Map<String, String> RRSA =
      Map.of(
          "ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/a",
          "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1:oidc-provider/p",
          "ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/run/token");

  /** With an empty environment. */
  static Attempt of(String toml) {
    return of(new ConfigSource.Text("config.toml", toml));
  }

  static Attempt of(ConfigSource source) {
    return new Attempt(source, Map.of(), Path.of("/somewhere"));
  }

  /** With the region from the environment, so that the rest is all there is to say. */
  static Attempt inHangzhou(String toml) {
    return inHangzhou(new ConfigSource.Text("config.toml", toml));
  }

  static Attempt inHangzhou(ConfigSource source) {
    return of(source).with("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou");
  }

  Attempt with(String variable, String text) {
    return with(Map.of(variable, text));
  }

  Attempt with(Map<String, String> variables) {
    Map<String, String> more = new HashMap<>(environment);
    more.putAll(variables);
    return new Attempt(source, more, folder);
  }

  /** With a variable and its value, or the variables of a name; without them after a hyphen. */
  Attempt given(String variable) {
    if (variable.startsWith("-")) {
      Map<String, String> fewer = new HashMap<>(environment);
      fewer.keySet().removeAll(named(variable.substring(1)).keySet());
      return new Attempt(source, fewer, folder);
    }
    var parts = variable.split("=", 2);
    return parts.length == 2 ? with(parts[0], parts[1]) : with(named(variable));
  }

  private static Map<String, String> named(String name) {
    return switch (name) {
      case "" -> Map.of();
      case "POD" -> RRSA;
      case "PODS" ->
          Map.of(
              "KMS_AGENT_KMS_CREDENTIALTYPE", "PodIdentity",
              "KMS_AGENT_KMS_PODIDENTITY_ISSUER", "https://oidc.example.com/c1",
              "KMS_AGENT_KMS_OIDCPROVIDERARN", "acs:ram::1:oidc-provider/p");
      case "KEY" ->
          Map.of(
              "ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5t",
              "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s3cr3t");
      case "REDIS" ->
          of("")
              .with(RRSA)
              .with("KMS_AGENT_CACHE_CACHETYPE", "Redis")
              .with("KMS_AGENT_CACHE_REDIS_ADDRESSES", "redis:6379")
              .with("KMS_AGENT_CACHE_REDIS_ENCRYPTIONKEY", TestFiles.NEW_KEY)
              .environment();
      case "FILE" ->
          of("")
              .with(RRSA)
              .with("KMS_AGENT_CACHE_CACHETYPE", "File")
              .with("KMS_AGENT_CACHE_FILE_PATH", "/var/lib/kms-agent")
              .with("KMS_AGENT_CACHE_FILE_ENCRYPTIONKEY", TestFiles.NEW_KEY)
              .environment();
      default -> Map.of(name, "");
    };
  }

  Attempt in(Path workingDirectory) {
    return new Attempt(source, environment, workingDirectory);
  }

  LoadResult<AgentConfig> result() {
    return new ConfigLoader(environment, folder).load(source);
  }

  /** The configuration; fails with the problems. */
  AgentConfig config() {
    return loaded().config();
  }

  List<Setting> settings() {
    return loaded().settings();
  }

  Setting setting(String path) {
    return settings().stream()
        .filter(setting -> setting.path().equals(path))
        .findFirst()
        .orElseThrow();
  }

  /** What is wrong; fails when nothing is. */
  List<Problem> problems() {
    return ((LoadResult.Rejected<AgentConfig>) result()).problems();
  }

  List<String> messages() {
    return problems().stream().map(Problem::message).toList();
  }

  private Loaded<AgentConfig> loaded() {
    if (result() instanceof Loaded<AgentConfig> loaded) {
      return loaded;
    }
    throw new AssertionError(problems());
  }
}
