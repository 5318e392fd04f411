package dev.kmsagent.config.loading;

import static java.util.stream.Collectors.toMap;

import java.util.List;
import java.util.Map;

/**
 * A good and a bad value of one key.
 *
 * @param good as TOML writes it
 * @param shown the good value as a setting shows it
 * @param bad as TOML writes it
 * @param needs variables without which the good value is not enough
 */
record KeySample(String good, String shown, String bad, Map<String, String> needs) {
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

  /** The key, its good value and its bad one; how the good one is shown, and what it needs. */
  private static final String TABLE =
      """
      Server.HttpPort | 0 | 65536
      Server.SSRFHeaders | ["X-Token"] | ["X Token"]
      Server.SSRFEnvVariables | ["APP_TOKEN", "T"] | ["APP-TOKEN"]
      Server.PathPrefix | "/v2" | "v2/" | "/v2/"
      Server.MaxConn | 1000 | 0
      Server.ResponseType | 2 | 3
      Server.IgnoreTransientErrors | false | "never"
      Server.ListenAddress | "127.0.0.2" | "localhost"
      Server.AllowRemote | true | 1
      Server.AllowedHosts | ["agent.local", "agent"] | ["http://agent"]
      Server.RequestTimeoutSeconds | 60 | 61
      Server.ShutdownGraceSeconds | 0 | 301
      Server.VaultMount | "kv/team/" | "sys" | "kv/team"
      Server.VaultLeaseSeconds | 2764800 | 2764801 | | KMS_AGENT_SERVER_VAULTMOUNT=secret
      Management.Address | "127.0.0.1" | "0.0.0.0.0"
      Management.Port | 9090 | 0
      KMS.Region | "ap-southeast-1" | "Hangzhou!"
      KMS.Endpoint | "kms.example.com:8443" | "https://kms.example.com"
      KMS.Protocol | "http" | "ftp" | | KMS_AGENT_KMS_ENDPOINT=[::1]:9090
      KMS.CaFile | "FOLDER/authority.pem" | "FOLDER/keys.properties"
      KMS.ReadTimeoutMillis | 60000 | 60001
      KMS.Proxy | "http://proxy.local:3128" | "socks5://proxy.local:1080"
      KMS.CredentialType | "AccessKey" | "Password" | | KEY
      KMS.RoleArn | "acs:ram::2:role/b" | "acs:ram::2:user/b" | | POD KMS_AGENT_KMS_CREDENTIALTYPE=RRSA
      KMS.OidcProviderArn | "acs:ram::2:oidc-provider/q" | "acs:ram::2:role/q" | | POD KMS_AGENT_KMS_CREDENTIALTYPE=RRSA
      KMS.OidcTokenFile | "/run/other/token" | "" | | POD KMS_AGENT_KMS_CREDENTIALTYPE=RRSA
      KMS.RoleSessionName | "orders" | "o" | | POD KMS_AGENT_KMS_CREDENTIALTYPE=RRSA
      KMS.StsEndpoint | "127.0.0.1:9443" | "https://127.0.0.1" | | POD KMS_AGENT_KMS_CREDENTIALTYPE=RRSA
      KMS.RoleName | "node-role" | "../role" | | KMS_AGENT_KMS_CREDENTIALTYPE=EcsRamRole
      KMS.AccessKeyId | "LTAI5t" | "LTAI 5t" | | KMS_AGENT_KMS_CREDENTIALTYPE=AccessKey KEY
      KMS.AccessKeySecret | "s3cr3t" | "" | *** | KMS_AGENT_KMS_CREDENTIALTYPE=AccessKey KEY
      KMS.SecurityToken | "CAIS" | "" | *** | KMS_AGENT_KMS_CREDENTIALTYPE=AccessKey KEY
      KMS.PodIdentity.Issuer | "https://kubernetes.default.svc" | "https://a/?b" | | PODS -KMS_AGENT_KMS_PODIDENTITY_ISSUER
      KMS.PodIdentity.Audience | "kms-agent" | "kms agent" | | PODS
      KMS.PodIdentity.JwksUri | "http://localhost:8443/jwks" | "kubernetes.default.svc" | | PODS
      KMS.PodIdentity.JwksCaFile | "FOLDER/authority.pem" | "FOLDER/keys.properties" | | PODS
      KMS.PodIdentity.JwksTokenFile | "/run/token" | "" | | PODS KMS_AGENT_KMS_PODIDENTITY_JWKSURI=https://a/b
      KMS.PodIdentity.Accounts | ["1", "2"] | ["1", "b"] | | PODS
      KMS.PodIdentity.NodeName | "node-1.local" | "Node_1" | | PODS
      KMS.PodIdentity.MaxTenants | 1000 | 1001 | | PODS
      KMS.MaxCallsPerSecond | 10000 | -1
      KMS.CircuitBreaker.Enabled | false | "off"
      KMS.CircuitBreaker.FailureRateThreshold | 100 | 101
      KMS.CircuitBreaker.OpenSeconds | 3600 | 0
      Cache.CacheType | "inmemory" | "Disk" | "InMemory"
      Cache.CacheSize | 100000 | 100001
      Cache.TtlSeconds | 0 | 86401
      Cache.MaxBytes | 1048576 | "1 MiB"
      Cache.RefreshAheadRatio | 1 | 1.1 | 1.0
      Cache.TtlJitterRatio | 0.5 | 0.51
      Cache.MaxStaleSeconds | 31536000 | 31536001
      Cache.StaleAfterMillis | 0 | 60001
      Cache.Prefetch | ["app/dev/secret-1"] | ["a", "", "b"]
      Cache.Redis.Mode | "cluster" | "Ring" | "Cluster" | REDIS
      Cache.Redis.Addresses | ["node_1:6379", "10.0.0.1:65535"] | ["redis"] | | REDIS -KMS_AGENT_CACHE_REDIS_ADDRESSES KMS_AGENT_CACHE_REDIS_MODE=Cluster
      Cache.Redis.SentinelMaster | "mymaster" | "my master" | | REDIS KMS_AGENT_CACHE_REDIS_MODE=Sentinel
      Cache.Redis.Username | "agent" | "the agent" | | REDIS KMS_AGENT_CACHE_REDIS_PASSWORD=s3cr3t
      Cache.Redis.Password | "s3cr3t" | "" | *** | REDIS
      Cache.Redis.Tls | true | "off" | | REDIS
      Cache.Redis.CaFile | "FOLDER/authority.pem" | "FOLDER/keys.properties" | | REDIS KMS_AGENT_CACHE_REDIS_TLS=true
      Cache.Redis.TimeoutMillis | 10000 | 9 | | REDIS
      Cache.Redis.LocalTtlMillis | 0 | 60001 | | REDIS
      Cache.Redis.KeyPrefix | "shop:kms" | "{shop}" | | REDIS
      Cache.Redis.EncryptionKey | ["NEW_KEY", "OLD_KEY"] | "NEW_KEY=" | *** | REDIS -KMS_AGENT_CACHE_REDIS_ENCRYPTIONKEY
      Log.LogLevel | "DEBUG" | "Verbose" | "Debug"
      Log.LogPath | "./logs" | ""
      Log.MaxSize | 10000 | 0
      Log.MaxBackups | 0 | 101
      Log.Format | "text" | "xml"
      Log.Console | false | 0
      Log.Audit | true | "always"
      Log.AuditRequired | true | "always" | | KMS_AGENT_LOG_AUDIT=true
      """;

  static final Map<String, KeySample> ALL =
      filled(TABLE)
          .lines()
          .map(line -> line.split(" *[|] *", -1))
          .collect(toMap(columns -> columns[0], KeySample::of));

  /** A text with the folder of the tests and the keys of encryption in their places. */
  static String filled(String text) {
    return text.replace("FOLDER", TestFiles.path(".").toString())
        .replace("NEW_KEY", NEW_KEY)
        .replace("OLD_KEY", OLD_KEY);
  }

  private static KeySample of(String[] columns) {
    var more = List.of(columns).subList(3, columns.length);
    var shown = more.isEmpty() || more.getFirst().isEmpty() ? columns[1] : more.getFirst();
    var attempt = Attempt.of("");
    for (var variable : more.size() < 2 ? List.<String>of() : List.of(more.get(1).split(" ", -1))) {
      attempt = attempt.given(variable);
    }
    return new KeySample(columns[1], shown, columns[2], attempt.environment());
  }

  /** What a variable holds to mean the same as a TOML value. */
  static String asVariable(String toml) {
    return toml.replaceAll("[\"\\[\\]]", "").replace(", ", ",");
  }
}
