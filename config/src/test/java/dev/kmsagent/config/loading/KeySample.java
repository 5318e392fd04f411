package dev.kmsagent.config.loading;

import static java.util.Map.entry;

import dev.kmsagent.config.schema.TomlValue;
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

  /** What makes a cache in Redis. */
  static final Map<String, String> REDIS =
      of("", "")
          .needing(RRSA)
          .needing("KMS_AGENT_CACHE_CACHETYPE", "Redis")
          .needing("KMS_AGENT_CACHE_REDIS_ADDRESSES", "redis:6379")
          .needing("KMS_AGENT_CACHE_REDIS_ENCRYPTIONKEY", NEW_KEY)
          .needs();

  static final Map<String, KeySample> ALL =
      Map.ofEntries(
          entry("Server.HttpPort", of("0", "65536")),
          entry("Server.SSRFHeaders", of("[\"X-Token\"]", "[\"X Token\"]")),
          entry("Server.SSRFEnvVariables", of("[\"APP_TOKEN\", \"T\"]", "[\"APP-TOKEN\"]")),
          entry("Server.PathPrefix", of("\"/v2\"", "\"v2/\"").shownAs("\"/v2/\"")),
          entry("Server.MaxConn", of("1000", "0")),
          entry("Server.ResponseType", of("2", "3")),
          entry("Server.IgnoreTransientErrors", of("false", "\"never\"")),
          entry("Server.ListenAddress", of("\"127.0.0.2\"", "\"localhost\"")),
          entry("Server.AllowRemote", of("true", "1")),
          entry("Server.AllowedHosts", of("[\"agent.local\", \"agent\"]", "[\"http://agent\"]")),
          entry("Server.RequestTimeoutSeconds", of("60", "61")),
          entry("Server.ShutdownGraceSeconds", of("0", "301")),
          entry("Server.VaultMount", of("\"kv/team/\"", "\"sys\"").shownAs("\"kv/team\"")),
          entry("Server.VaultLeaseSeconds", ofVaultMount("2764800", "2764801")),
          entry("Management.Address", of("\"127.0.0.1\"", "\"0.0.0.0.0\"")),
          entry("Management.Port", of("9090", "0")),
          entry("KMS.Region", of("\"ap-southeast-1\"", "\"Hangzhou!\"")),
          entry("KMS.Endpoint", of("\"kms.example.com:8443\"", "\"https://kms.example.com\"")),
          entry(
              "KMS.Protocol",
              of("\"http\"", "\"ftp\"").needing("KMS_AGENT_KMS_ENDPOINT", "[::1]:9090")),
          entry("KMS.CaFile", ofFile("authority.pem", "guide.toml")),
          entry("KMS.ReadTimeoutMillis", of("60000", "60001")),
          entry("KMS.Proxy", of("\"http://proxy.local:3128\"", "\"socks5://proxy.local:1080\"")),
          entry(
              "KMS.CredentialType",
              of("\"AccessKey\"", "\"Password\"")
                  .needing("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5t")
                  .needing("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s3cr3t")),
          entry("KMS.RoleArn", ofRrsa("\"acs:ram::2:role/b\"", "\"acs:ram::2:user/b\"")),
          entry(
              "KMS.OidcProviderArn",
              ofRrsa("\"acs:ram::2:oidc-provider/q\"", "\"acs:ram::2:role/q\"")),
          entry("KMS.OidcTokenFile", ofRrsa("\"/run/other/token\"", "\"\"")),
          entry("KMS.RoleSessionName", ofRrsa("\"orders\"", "\"o\"")),
          entry("KMS.StsEndpoint", ofRrsa("\"127.0.0.1:9443\"", "\"https://127.0.0.1\"")),
          entry(
              "KMS.RoleName",
              of("\"node-role\"", "\"../role\"")
                  .needing("KMS_AGENT_KMS_CREDENTIALTYPE", "EcsRamRole")),
          entry("KMS.AccessKeyId", ofAccessKey("\"LTAI5t\"", "\"LTAI 5t\"")),
          entry("KMS.AccessKeySecret", ofAccessKey("\"s3cr3t\"", "\"\"").shownAs("***")),
          entry("KMS.SecurityToken", ofAccessKey("\"CAIS\"", "\"\"").shownAs("***")),
          entry(
              "KMS.PodIdentity.Issuer",
              ofPods("\"https://kubernetes.default.svc\"", "\"https://a/?b\"")
                  .without("KMS_AGENT_KMS_PODIDENTITY_ISSUER")),
          entry("KMS.PodIdentity.Audience", ofPods("\"kms-agent\"", "\"kms agent\"")),
          entry(
              "KMS.PodIdentity.JwksUri",
              ofPods("\"http://localhost:8443/jwks\"", "\"kubernetes.default.svc\"")),
          entry("KMS.PodIdentity.JwksCaFile", ofFile("authority.pem", "guide.toml").needing(PODS)),
          entry(
              "KMS.PodIdentity.JwksTokenFile",
              ofPods("\"/run/token\"", "\"\"")
                  .needing("KMS_AGENT_KMS_PODIDENTITY_JWKSURI", "https://a/b")),
          entry("KMS.PodIdentity.Accounts", ofPods("[\"1\", \"2\"]", "[\"1\", \"b\"]")),
          entry("KMS.PodIdentity.NodeName", ofPods("\"node-1.local\"", "\"Node_1\"")),
          entry("KMS.PodIdentity.MaxTenants", ofPods("1000", "1001")),
          entry("KMS.MaxCallsPerSecond", of("10000", "-1")),
          entry("KMS.CircuitBreaker.Enabled", of("false", "\"off\"")),
          entry("KMS.CircuitBreaker.FailureRateThreshold", of("100", "101")),
          entry("KMS.CircuitBreaker.OpenSeconds", of("3600", "0")),
          entry("Cache.CacheType", of("\"inmemory\"", "\"Disk\"").shownAs("\"InMemory\"")),
          entry("Cache.CacheSize", of("100000", "100001")),
          entry("Cache.TtlSeconds", of("0", "86401")),
          entry("Cache.MaxBytes", of("1048576", "\"1 KiB\"").shownAs("\"1 MiB\"")),
          entry("Cache.RefreshAheadRatio", of("1", "1.1").shownAs("1.0")),
          entry("Cache.TtlJitterRatio", of("0.5", "0.51")),
          entry("Cache.MaxStaleSeconds", of("31536000", "31536001")),
          entry("Cache.StaleAfterMillis", of("0", "60001")),
          entry("Cache.Prefetch", of("[\"app/dev/secret-1\"]", "[\"a\", \"\", \"b\"]")),
          entry("Cache.Redis.Mode", ofRedis("\"cluster\"", "\"Ring\"").shownAs("\"Cluster\"")),
          entry(
              "Cache.Redis.Addresses",
              ofRedis("[\"node_1:6379\", \"10.0.0.1:65535\"]", "[\"redis\"]")
                  .without("KMS_AGENT_CACHE_REDIS_ADDRESSES")
                  .needing("KMS_AGENT_CACHE_REDIS_MODE", "Cluster")),
          entry(
              "Cache.Redis.SentinelMaster",
              ofRedis("\"mymaster\"", "\"my master\"")
                  .needing("KMS_AGENT_CACHE_REDIS_MODE", "Sentinel")),
          entry(
              "Cache.Redis.Username",
              ofRedis("\"agent\"", "\"the agent\"")
                  .needing("KMS_AGENT_CACHE_REDIS_PASSWORD", "s3cr3t")),
          entry("Cache.Redis.Password", ofRedis("\"s3cr3t\"", "\"\"").shownAs("***")),
          entry("Cache.Redis.Tls", ofRedis("true", "\"off\"")),
          entry(
              "Cache.Redis.CaFile",
              ofFile("authority.pem", "guide.toml")
                  .needing(REDIS)
                  .needing("KMS_AGENT_CACHE_REDIS_TLS", "true")),
          entry("Cache.Redis.TimeoutMillis", ofRedis("10000", "9")),
          entry("Cache.Redis.LocalTtlMillis", ofRedis("0", "60001")),
          entry("Cache.Redis.KeyPrefix", ofRedis("\"shop:kms\"", "\"{shop}\"")),
          entry(
              "Cache.Redis.EncryptionKey",
              ofRedis("[\"" + NEW_KEY + "\", \"" + OLD_KEY + "\"]", "\"" + NEW_KEY + "=\"")
                  .without("KMS_AGENT_CACHE_REDIS_ENCRYPTIONKEY")
                  .shownAs("***")),
          entry("Log.LogLevel", of("\"DEBUG\"", "\"Verbose\"").shownAs("\"Debug\"")),
          entry("Log.LogPath", of("\"./logs\"", "\"\"")),
          entry("Log.MaxSize", of("10000", "0")),
          entry("Log.MaxBackups", of("0", "101")),
          entry("Log.Format", of("\"text\"", "\"xml\"")),
          entry("Log.Console", of("false", "0")),
          entry("Log.Audit", of("true", "\"always\"")),
          entry(
              "Log.AuditRequired",
              of("true", "\"always\"").needing("KMS_AGENT_LOG_AUDIT", "true")));

  private static KeySample of(String good, String bad) {
    return new KeySample(good, good, bad, Map.of());
  }

  private static KeySample ofFile(String good, String bad) {
    return of(
        TomlValue.literal(TestFiles.path(good).toString()),
        TomlValue.literal(TestFiles.path(bad).toString()));
  }

  private static KeySample ofAccessKey(String good, String bad) {
    return of(good, bad)
        .needing("KMS_AGENT_KMS_CREDENTIALTYPE", "AccessKey")
        .needing("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5t")
        .needing("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s3cr3t");
  }

  private static KeySample ofRrsa(String good, String bad) {
    return of(good, bad).needing("KMS_AGENT_KMS_CREDENTIALTYPE", "RRSA").needing(RRSA);
  }

  private static KeySample ofPods(String good, String bad) {
    return of(good, bad).needing(PODS);
  }

  private static KeySample ofVaultMount(String good, String bad) {
    return of(good, bad).needing("KMS_AGENT_SERVER_VAULTMOUNT", "secret");
  }

  private static KeySample ofRedis(String good, String bad) {
    return of(good, bad).needing(REDIS);
  }

  private KeySample shownAs(String shownValue) {
    return new KeySample(good, shownValue, bad, needs);
  }

  private KeySample needing(String variable, String text) {
    return needing(Map.of(variable, text));
  }

  private KeySample needing(Map<String, String> variables) {
    return new KeySample(
        good, shown, bad, Attempt.of("").with(needs).with(variables).environment());
  }

  /** The same without a variable that would win over the values of the key. */
  private KeySample without(String variable) {
    return new KeySample(
        good, shown, bad, Attempt.of("").with(needs).without(variable).environment());
  }

  /** What a variable holds to mean the same as a TOML value. */
  static String asVariable(String toml) {
    return toml.replaceAll("[\"\\[\\]]", "").replace(", ", ",");
  }
}
