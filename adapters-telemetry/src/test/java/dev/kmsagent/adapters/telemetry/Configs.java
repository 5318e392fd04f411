package dev.kmsagent.adapters.telemetry;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.loading.ConfigLoader;
import dev.kmsagent.config.loading.ConfigSource;
import dev.kmsagent.config.loading.LoadResult;
import java.nio.file.Path;
import java.util.Map;

/** Configurations of agents, by lines of TOML. */
final class Configs {
  /** The agent has the key that signs its calls. */
  static final String KEY =
      """
      KMS.CredentialType = "AccessKey"
      KMS.AccessKeyId = "id"
      KMS.AccessKeySecret = "secret"
      """;

  /** Each pod has its own role. */
  static final String PODS =
      """
      KMS.CredentialType = "PodIdentity"
      KMS.PodIdentity.Issuer = "https://oidc.example.com/c1"
      KMS.OidcProviderArn = "acs:ram::1:oidc-provider/p"
      """;

  /** The cache is in a folder; not with the default chain. */
  static final String FOLDER =
      """
      Cache.CacheType = "File"
      Cache.File.Path = "/var/lib/kms-agent"
      Cache.File.EncryptionKey = "%s"
      """
          .formatted("0".repeat(64));

  /** Two files. */
  static final String FILES =
      """
      Files.Directory = "/run/files"
      Files.Entries = "[crt]\\nsecret = 'app/db'\\n[user]\\nsecret = 'app/db'"
      """;

  private Configs() {}

  static AgentConfig of(String... lines) {
    var loader = new ConfigLoader(Map.of("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou"), Path.of(""));
    var text = new ConfigSource.Text("config.toml", String.join("\n", lines));
    return switch (loader.load(text)) {
      case LoadResult.Loaded<AgentConfig>(var config, _) -> config;
      case LoadResult.Rejected<AgentConfig>(var problems) ->
          throw new IllegalArgumentException(problems.toString());
    };
  }
}
