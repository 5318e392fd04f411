package dev.kmsagent.config.loading;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;

import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.ValueType.Allowed;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A good and a bad value of one key, as TOML writes them. */
record KeySample(ConfigKey<?> key, String good, String bad) {
  /** A key of encryption: 32 bytes in base64. */
  static final String NEW_KEY = "bmV3IG5ldyBuZXcgbmV3IG5ldyBuZXcgbmV3IG5ldyE=";

  /** Another one. */
  static final String OLD_KEY = "b2xkIG9sZCBvbGQgb2xkIG9sZCBvbGQgb2xkIG9sZCE=";

  /** What the platform sets in a pod. */
  static final Map<String, String> RRSA =
      Map.of(
          "ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/a",
          "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1:oidc-provider/p",
          "ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/run/token");

  /** What makes an agent that serves pods. */
  static final Map<String, String> PODS =
      Map.of(
          "KMS_AGENT_KMS_CREDENTIALTYPE", "PodIdentity",
          "KMS_AGENT_KMS_PODIDENTITY_ISSUER", "https://oidc.example.com/c1",
          "KMS_AGENT_KMS_OIDCPROVIDERARN", "acs:ram::1:oidc-provider/p");

  /** An AccessKey, in the variables of the platform. */
  static final Map<String, String> ACCESS_KEY =
      Map.of("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5t", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s3cr3t");

  /** What makes a cache in Redis. */
  static final Map<String, String> REDIS =
      Attempt.of("")
          .with(RRSA)
          .with("KMS_AGENT_CACHE_CACHETYPE", "Redis")
          .with("KMS_AGENT_CACHE_REDIS_ADDRESSES", "redis:6379")
          .with("KMS_AGENT_CACHE_REDIS_ENCRYPTIONKEY", NEW_KEY)
          .environment();

  /**
   * For a key whose values are neither numbers, flags nor words: a good one, a bad one, and what
   * the key needs besides what its table needs.
   */
  private static final String TABLE =
      """
      Server.SSRFHeaders | ["X-Token"] | ["X Token"] |
      Server.SSRFEnvVariables | ["APP_TOKEN", "T"] | ["APP-TOKEN"] |
      Server.PathPrefix | "/v2/" | "v2/" |
      Server.ListenAddress | "127.0.0.2" | "localhost" |
      Server.AllowedHosts | ["agent.local", "agent"] | ["http://agent"] |
      Server.VaultMount | "kv/team" | "sys" |
      Server.VaultLeaseSeconds | | | KMS_AGENT_SERVER_VAULTMOUNT=secret
      Management.Address | "127.0.0.1" | "0.0.0.0.0" |
      KMS.Region | "ap-southeast-1" | "Hangzhou!" |
      KMS.Endpoint | "kms.example.com:8443" | "https://kms.example.com" |
      KMS.CaFile | "FOLDER/authority.pem" | "FOLDER/keys.properties" |
      KMS.Proxy | "http://proxy.local:3128" | "socks5://proxy.local:1080" |
      KMS.RoleArn | "acs:ram::2:role/b" | "acs:ram::2:user/b" | POD
      KMS.OidcProviderArn | "acs:ram::2:oidc-provider/q" | "acs:ram::2:role/q" | POD
      KMS.OidcTokenFile | "/run/other/token" | "" | POD
      KMS.RoleSessionName | "orders" | "o" | POD
      KMS.StsEndpoint | "127.0.0.1:9443" | "https://127.0.0.1" | POD
      KMS.RoleName | "node-role" | "../role" | KMS_AGENT_KMS_CREDENTIALTYPE=EcsRamRole
      KMS.AccessKeyId | "LTAI5t" | "LTAI 5t" | KMS_AGENT_KMS_CREDENTIALTYPE=AccessKey KEY
      KMS.AccessKeySecret | "s3cr3t" | "" | KMS_AGENT_KMS_CREDENTIALTYPE=AccessKey KEY
      KMS.SecurityToken | "CAIS" | "" | KMS_AGENT_KMS_CREDENTIALTYPE=AccessKey KEY
      KMS.PodIdentity.Issuer | "https://kubernetes.default.svc" | "https://a/?b" | -KMS_AGENT_KMS_PODIDENTITY_ISSUER
      KMS.PodIdentity.Audience | "kms-agent" | "kms agent" |
      KMS.PodIdentity.JwksUri | "http://localhost:8443/jwks" | "kubernetes.default.svc" |
      KMS.PodIdentity.JwksCaFile | "FOLDER/authority.pem" | "FOLDER/keys.properties" |
      KMS.PodIdentity.JwksTokenFile | "/run/token" | "" | KMS_AGENT_KMS_PODIDENTITY_JWKSURI=https://a/b
      KMS.PodIdentity.Accounts | ["1", "2"] | ["1", "b"] |
      KMS.PodIdentity.NodeName | "node-1.local" | "Node_1" |
      Cache.Prefetch | ["app/dev/secret-1"] | ["a", "", "b"] |
      Cache.Redis.Addresses | ["node_1:6379", "10.0.0.1:65535"] | ["redis"] | -KMS_AGENT_CACHE_REDIS_ADDRESSES KMS_AGENT_CACHE_REDIS_MODE=Cluster
      Cache.Redis.SentinelMaster | "mymaster" | "my master" | KMS_AGENT_CACHE_REDIS_MODE=Sentinel
      Cache.Redis.Username | "agent" | "the agent" | KMS_AGENT_CACHE_REDIS_PASSWORD=s3cr3t
      Cache.Redis.Password | "s3cr3t" | "" |
      Cache.Redis.CaFile | "FOLDER/authority.pem" | "FOLDER/keys.properties" | KMS_AGENT_CACHE_REDIS_TLS=true
      Cache.Redis.KeyPrefix | "shop:kms" | "{shop}" |
      Cache.Redis.EncryptionKey | ["NEW_KEY", "OLD_KEY"] | "NEW_KEY=" | -KMS_AGENT_CACHE_REDIS_ENCRYPTIONKEY
      Log.LogPath | "./logs" | "" |
      """;

  private static final Map<String, String[]> ROWS =
      filled(TABLE)
          .lines()
          .map(line -> line.split(" *[|] *", -1))
          .collect(toMap(row -> row[0], row -> row));

  /** A text with the folder of the tests and the keys of encryption in their places. */
  static String filled(String text) {
    return text.replace("FOLDER", TestFiles.path(".").toString())
        .replace("NEW_KEY", NEW_KEY)
        .replace("OLD_KEY", OLD_KEY);
  }

  /** One, or for a number one at each of its limits. */
  static Stream<KeySample> of(ConfigKey<?> key) {
    return switch (key.type().allowed()) {
      case Allowed.Range(Number least, Number most, _) ->
          Stream.of(atLimit(key, least, -1), atLimit(key, most, 1));
      case Allowed.Choice(List<String> words) ->
          Stream.of(new KeySample(key, TomlValue.literal(words.getFirst()), "\"other\""));
      case Allowed.Phrase _ when key.type().toml() == TomlValue.Type.FLAG ->
          Stream.of(new KeySample(key, "false", "\"off\""));
      case Allowed.Phrase _ -> Stream.of(new KeySample(key, row(key)[1], row(key)[2]));
    };
  }

  private static KeySample atLimit(ConfigKey<?> key, Number limit, int direction) {
    var scale = key.type().toml() == TomlValue.Type.WHOLE ? 0 : 2;
    var beyond = new BigDecimal(limit.toString()).add(BigDecimal.valueOf(direction, scale));
    return new KeySample(key, limit.toString(), beyond.toString());
  }

  private static String[] row(ConfigKey<?> key) {
    return requireNonNull(ROWS.get(key.path()), key.path());
  }

  /** With the variables without which no value of the key is enough. */
  static Attempt complete(ConfigKey<?> key, Attempt attempt) {
    var completed =
        switch (ReferenceText.tableOf(key)) {
          case "Cache.Redis" -> attempt.given("REDIS");
          case "KMS.PodIdentity" -> attempt.with(PODS);
          default -> attempt;
        };
    for (var more : ROWS.containsKey(key.path()) ? row(key)[3].split(" ") : new String[0]) {
      completed = completed.given(more);
    }
    return completed;
  }

  /** What a variable holds to mean the same as a TOML value. */
  static String asVariable(String toml) {
    return toml.replaceAll("[\"\\[\\]]", "").replace(", ", ",");
  }
}
