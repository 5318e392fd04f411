package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One start with a file in which every key is wrong. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BadValuesIT {
  private static final String TABLE =
      """
      Server.HttpPort = 65536                       | 0..65535
      Server.SSRFHeaders = ["X Token"]              | a list of header names, not empty
      Server.SSRFEnvVariables = ["APP-TOKEN"]       | a list of variable names, not empty
      Server.PathPrefix = "v2/"                     | a path that starts with `/`
      Server.MaxConn = 1001                         | 1..1000
      Server.ResponseType = 3                       | 0..2
      Server.IgnoreTransientErrors = "never"        | true, false
      Server.ListenAddress = "localhost"            | an IP address
      Server.AllowRemote = 1                        | true, false
      Server.AllowedHosts = ["http://agent"]        | a list of host names, without port
      Server.RequestTimeoutSeconds = 0              | 1..60 seconds
      Server.ShutdownGraceSeconds = 301             | 0..300 seconds
      Server.VaultMount = "sys/kv"                  | a path of letters, digits and `._-`, which does not begin with `sys` or `auth`
      Server.VaultKvVersion = 3                     | 1..2
      Server.VaultLeaseSeconds = 2764801            | 0..2764800 seconds
      Server.ListSecrets = ["a", ""]                | a list of secret names
      Management.Address = "0.0.0.0.0"              | an IP address
      Management.Port = 0                           | 1..65535
      KMS.Region = "Hangzhou!"                      | a region id
      KMS.Endpoint = "https://kms.example.com"      | host or host:port, without a scheme
      KMS.Protocol = "ftp"                          | "https", "http"
      KMS.CaFile = "config.toml"                    | a file of certificates in PEM
      KMS.ConnectTimeoutMillis = 99                 | 100..60000 milliseconds
      KMS.ReadTimeoutMillis = 60001                 | 100..60000 milliseconds
      KMS.Proxy = "socks5://proxy.example:1080"     | http://host:port
      KMS.CredentialType = "Password"               | "Default", "RRSA", "EcsRamRole", "AccessKey"
      KMS.RoleArn = "acs:ram::1:user/a"             | acs:ram::ACCOUNT:role/NAME
      KMS.OidcProviderArn = "acs:ram::1:role/a"     | acs:ram::ACCOUNT:oidc-provider/NAME
      KMS.OidcTokenFile = ""                        | a path
      KMS.RoleSessionName = "a"                     | 2..64 letters, digits or .@-_
      KMS.StsEndpoint = "https://sts.example.com"   | host or host:port, without a scheme
      KMS.RoleName = "../a"                         | 1..64 letters, digits or .@-_
      KMS.AccessKeyId = "LTAI 5t"                   | an AccessKey id
      KMS.AccessKeySecret = ""                      | a secret, not empty
      KMS.SecurityToken = 4711                      | a secret, not empty
      KMS.MaxConcurrentCalls = 1001                 | 0..1000
      KMS.MaxCallsPerSecond = -1                    | 0..10000
      KMS.Retry.MaxAttempts = 11                    | 1..10
      KMS.Retry.InitialBackoffMillis = 0            | 1..60000 milliseconds
      KMS.Retry.MaxBackoffMillis = 60001            | 1..60000 milliseconds
      KMS.CircuitBreaker.Enabled = "off"            | true, false
      KMS.CircuitBreaker.FailureRateThreshold = 101 | 1..100
      KMS.CircuitBreaker.SlidingWindowSize = 1001   | 1..1000
      KMS.CircuitBreaker.MinimumCalls = 0           | 1..1000
      KMS.CircuitBreaker.OpenSeconds = 0            | 1..3600 seconds
      KMS.CircuitBreaker.HalfOpenCalls = 101        | 1..100
      Cache.CacheType = "Disk"                      | "InMemory", "Redis"
      Cache.CacheSize = 100001                      | 1..100000
      Cache.TtlSeconds = 86401                      | 0..86400 seconds
      Cache.MaxBytes = "1 KiB"                      | 1 MiB..1 GiB
      Cache.RefreshAheadRatio = 1.1                 | 0.1..1.0
      Cache.TtlJitterRatio = 0.51                   | 0.0..0.5
      Cache.MaxStaleSeconds = 31536001              | 0..31536000 seconds
      Cache.StaleAfterMillis = 60001                | 0..60000 milliseconds
      Cache.NegativeTtlSeconds = 301                | 0..300 seconds
      Cache.Prefetch = ["a", "", "b"]               | a list of secret names
      Cache.Redis.Mode = "Ring"                     | "Standalone", "Sentinel", "Cluster"
      Cache.Redis.Addresses = ["redis"]             | a list of 1..64 host:port
      Cache.Redis.SentinelMaster = "my master"      | letters, digits or ._-
      Cache.Redis.Username = "my agent"             | a name without spaces
      Cache.Redis.Password = 4711                   | a secret, not empty
      Cache.Redis.Database = -1                     | 0..1000000
      Cache.Redis.Tls = "on"                        | true, false
      Cache.Redis.CaFile = "config.toml"            | a file of certificates in PEM
      Cache.Redis.TimeoutMillis = 9                 | 10..10000 milliseconds
      Cache.Redis.MaxConnections = 257              | 1..256
      Cache.Redis.LocalTtlMillis = 60001            | 0..60000 milliseconds
      Cache.Redis.KeyPrefix = "{kms}"               | 1..64 letters, digits or ._:-
      Cache.Redis.EncryptionKey = ["4711"]          | 32 bytes in base64, or a list
      Log.LogLevel = "Verbose"                      | "Debug", "Info", "Warn", "Error", "None"
      Log.LogPath = ""                              | a folder
      Log.MaxSize = 0                               | 1..10000
      Log.MaxBackups = 101                          | 0..100
      Log.Format = "xml"                            | "json", "text"
      Log.Console = 0                               | true, false
      Log.Audit = "always"                          | true, false
      Log.AuditRequired = "always"                  | true, false
      """;

  private static final List<String> SECRET =
      List.of(
          "KMS.AccessKeySecret",
          "KMS.SecurityToken",
          "Cache.Redis.Password",
          "Cache.Redis.EncryptionKey");

  /** A line of the file, and what the message says is allowed. */
  record Bad(String key, String value, String allowed) {
    static Bad of(String row) {
      var cells = row.split(" *\\| ", 2);
      var line = cells[0].split(" = ", 2);
      return new Bad(line[0], line[1], cells[1]);
    }

    String line() {
      return key + " = " + value + "\n";
    }

    @Override
    public String toString() {
      return line().strip();
    }
  }

  private final List<Bad> bad = TABLE.lines().map(Bad::of).toList();
  private AgentProcess.Exit exit = new AgentProcess.Exit(0, "", "");

  @BeforeAll
  void start() throws InterruptedException {
    var lines = bad.stream().map(Bad::line).reduce("", String::concat);
    var setup = AgentSetup.defaults().withVariable("KMS_TOKEN", Cloud.TOKEN).with(lines);
    try (var agent = AgentProcess.begin(setup)) {
      exit = agent.exit();
    }
  }

  private List<Bad> bad() {
    return bad;
  }

  @Test
  void the_agent_ends_with_2_and_has_opened_no_port() {
    assertThat(exit.status()).isEqualTo(2);
    assertThat(exit.stdout()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("bad")
  void each_is_reported_with_its_line_and_what_was_found_and_what_is_allowed(Bad each) {
    var found = SECRET.contains(each.key()) ? "" : "; found " + each.value();

    var message = message(each.key());

    assertThat(message).matches("config\\.toml:\\d+: .*").contains(found);
    assertThat(message).contains("; allowed: " + each.allowed());
  }

  private String message(String key) {
    return exit.stderr()
        .lines()
        .filter(line -> line.contains(": " + key + " "))
        .reduce((one, other) -> one + " AND " + other)
        .orElse("none");
  }

  @Test
  void nothing_of_a_secret_is_told() {
    assertThat(exit.stderr()).doesNotContain("4711");
  }

  @Test
  void there_is_one_line_for_each_and_no_other() {
    assertThat(exit.stderr().lines()).hasSameSizeAs(bad);
  }

  @Test
  void no_key_is_left_out() {
    assertThat(bad).extracting(Bad::key).containsExactlyInAnyOrderElementsOf(EveryKeyIT.keys());
  }

  @Test
  void what_is_not_known_is_reported_with_what_is_missing() throws InterruptedException {
    var setup =
        AgentSetup.defaults()
            .withVariable("KMS_TOKEN", Cloud.TOKEN)
            .with("Cache.CacheType = \"Redis\"\nCache.TtlSecond = 1\n");
    try (var agent = AgentProcess.begin(setup)) {
      var exit = agent.exit();

      assertThat(exit.status()).isEqualTo(2);
      assertThat(exit.stderr())
          .contains("Cache.TtlSecond is not known; did you mean Cache.TtlSeconds?")
          .contains("Cache.Redis.Addresses is missing, and Cache.CacheType = \"Redis\" needs it")
          .contains("Cache.Redis.EncryptionKey is missing, and Cache.CacheType");
    }
  }
}
