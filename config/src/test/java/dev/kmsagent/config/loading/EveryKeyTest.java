package dev.kmsagent.config.loading;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.loading.LoadResult.Setting;
import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Origin;
import dev.kmsagent.config.schema.Problem;
import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.ValueType.Allowed;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for each key there is. */
class EveryKeyTest {
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
      Server.TlsCertificateFile | "FOLDER/../tls/rsa.pem" | "" | KMS_AGENT_SERVER_TLSKEYFILE=FOLDER/../tls/rsa.pkcs8.key
      Server.TlsKeyFile | "FOLDER/../tls/rsa.pkcs1.key" | "" | KMS_AGENT_SERVER_TLSCERTIFICATEFILE=FOLDER/../tls/rsa.pem
      Server.TlsRequired | | | KMS_AGENT_SERVER_TLSCERTIFICATEFILE=FOLDER/../tls/rsa.pem KMS_AGENT_SERVER_TLSKEYFILE=FOLDER/../tls/rsa.pkcs8.key
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
      KMS.RoleSessionSeconds | | | POD
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
      Cache.Prefetch | ["app/dev/secret-1", "acs:kms:cn-hangzhou:1:secret/a_+=.@-Z9"] | ["a", "app dev"] |
      Cache.Redis.Addresses | ["node_1:6379", "10.0.0.1:65535"] | ["redis"] | -KMS_AGENT_CACHE_REDIS_ADDRESSES KMS_AGENT_CACHE_REDIS_MODE=Cluster
      Cache.Redis.SentinelMaster | "mymaster" | "my master" | KMS_AGENT_CACHE_REDIS_MODE=Sentinel
      Cache.Redis.Username | "agent" | "the agent" | KMS_AGENT_CACHE_REDIS_PASSWORD=s3cr3t
      Cache.Redis.Password | "s3cr3t" | "" |
      Cache.Redis.CaFile | "FOLDER/authority.pem" | "FOLDER/keys.properties" | KMS_AGENT_CACHE_REDIS_TLS=true
      Cache.Redis.KeyPrefix | "shop:kms" | "{shop}" |
      Cache.Redis.EncryptionKey | ["NEW_KEY", "OLD_KEY"] | "NEW_KEY=" | -KMS_AGENT_CACHE_REDIS_ENCRYPTIONKEY
      Cache.File.Path | "/var/cache" | "" | -KMS_AGENT_CACHE_FILE_PATH
      Cache.File.EncryptionKey | ["NEW_KEY", "OLD_KEY"] | "NEW_KEY=" | -KMS_AGENT_CACHE_FILE_ENCRYPTIONKEY
      Files.Directory | "./files" | "" | KMS_AGENT_FILES_ENTRIES=a.secret='b'
      Files.Mode | "0600" | "0700" |
      Files.Entries | "a.secret='b'" | "a" | KMS_AGENT_FILES_DIRECTORY=/files
      Log.LogPath | "./logs" | "" |
      Log.AuditPath | "./audit" | "" |
      Log.AuditKeyFile | "./key.pem" | "" |
      """;

  private static final Map<String, String[]> ROWS =
      TestFiles.filled(TABLE)
          .lines()
          .map(line -> line.split(" *[|] *", -1))
          .collect(toMap(row -> row[0], row -> row));

  /** A good and a bad value of one key, as TOML writes them. */
  record Sample(ConfigKey<?> key, String good, String bad) {}

  static Stream<ConfigKey<?>> keys() {
    return new AgentConfig.Keys().keys().stream();
  }

  static Stream<Sample> samples() {
    return keys().flatMap(EveryKeyTest::samplesOf);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void a_good_value_is_taken_from_the_file_and_from_the_variable(Sample it) {
    var key = it.key();
    var shown = key.type().confidential() ? "***" : it.good();

    assertThat(file(key, it.good()).setting(key.path()))
        .isEqualTo(new Setting(key.path(), shown, Origin.line("config.toml", 2)));
    assertThat(variable(key, it.good()).setting(key.path()))
        .isEqualTo(new Setting(key.path(), shown, Origin.variable(key.variable())));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void a_bad_value_in_the_file_or_in_the_variable_is_the_one_problem(Sample it) {
    assertOneProblem(file(it.key(), it.bad()), it.key(), Origin.line("config.toml", 2));
    assertOneProblem(variable(it.key(), it.bad()), it.key(), Origin.variable(it.key().variable()));
  }

  private static void assertOneProblem(Attempt attempt, ConfigKey<?> key, Origin origin) {
    assertThat(attempt.problems()).hasSize(1);
    Problem problem = attempt.problems().getFirst();
    assertThat(problem.subject()).isEqualTo(key.path());
    assertThat(problem.origin()).isEqualTo(origin);
    assertThat(problem.found()).isNotEmpty();
    assertThat(problem.allowed()).isEqualTo(key.type().allowed().describe());
  }

  @ParameterizedTest
  @MethodSource("keys")
  void a_value_of_another_type_is_a_problem_that_says_what_was_found(ConfigKey<?> key) {
    assertThat(file(key, "1979-05-27").problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.wrong()).isEqualTo("must be " + key.type().toml().kind());
              assertThat(problem.found()).isEqualTo("a date or time");
            });
  }

  @ParameterizedTest
  @MethodSource("keysWithDefault")
  void a_default_is_a_value_that_the_key_would_take(ConfigKey<?> key) {
    assertThat(file(key, ReferenceText.exampleOf(key)).setting(key.path()).shownValue())
        .isEqualTo(complete(key, Attempt.inHangzhou("")).setting(key.path()).shownValue());
  }

  static Stream<ConfigKey<?>> keysWithDefault() {
    return keys().filter(ReferenceText::hasDefault);
  }

  @Test
  void there_are_64_addresses_of_redis_at_most() {
    var toml = "[Cache.Redis]\nMode = \"Cluster\"\n";
    var attempt = Attempt.inHangzhou(toml).given("REDIS");
    var variable = "KMS_AGENT_CACHE_REDIS_ADDRESSES";
    assertThat(attempt.with(variable, "a:1" + ",a:1".repeat(63)).config()).isNotNull();
    assertThat(attempt.with(variable, "a:1" + ",a:1".repeat(64)).messages())
        .singleElement(STRING)
        .contains("has too many items");
  }

  private static Attempt file(ConfigKey<?> key, String toml) {
    var file =
        "[%s]\n%s = %s\n".formatted(ReferenceText.tableOf(key), ReferenceText.nameOf(key), toml);
    return complete(key, Attempt.inHangzhou(file));
  }

  private static Attempt variable(ConfigKey<?> key, String toml) {
    return complete(key, Attempt.inHangzhou("")).with(key.variable(), asVariable(toml));
  }

  /** One, or for a number one at each of its limits. */
  private static Stream<Sample> samplesOf(ConfigKey<?> key) {
    return switch (key.type().allowed()) {
      case Allowed.Range(Number least, Number most, _) ->
          Stream.of(atLimit(key, least, -1), atLimit(key, most, 1));
      case Allowed.Choice(List<String> words) ->
          Stream.of(new Sample(key, TomlValue.literal(words.getFirst()), "\"other\""));
      case Allowed.Phrase _ when key.type().toml() == TomlValue.Type.FLAG ->
          Stream.of(new Sample(key, "false", "\"off\""));
      case Allowed.Phrase _ -> Stream.of(new Sample(key, row(key)[1], row(key)[2]));
    };
  }

  private static Sample atLimit(ConfigKey<?> key, Number limit, int direction) {
    var scale = key.type().toml() == TomlValue.Type.WHOLE ? 0 : 2;
    var beyond = new BigDecimal(limit.toString()).add(BigDecimal.valueOf(direction, scale));
    return new Sample(key, limit.toString(), beyond.toString());
  }

  private static String[] row(ConfigKey<?> key) {
    return requireNonNull(ROWS.get(key.path()), key.path());
  }

  /** With the variables without which no value of the key is enough. */
  private static Attempt complete(ConfigKey<?> key, Attempt attempt) {
    var completed =
        switch (ReferenceText.tableOf(key)) {
          case "Cache.File" -> attempt.given("FILE");
          case "Cache.Redis" -> attempt.given("REDIS");
          case "KMS.PodIdentity" -> attempt.given("PODS");
          default -> attempt;
        };
    for (var more : ROWS.containsKey(key.path()) ? row(key)[3].split(" ") : new String[0]) {
      completed = completed.given(more);
    }
    return completed;
  }

  /** What a variable holds to mean the same as a TOML value. */
  private static String asVariable(String toml) {
    return toml.replaceAll("[\"\\[\\]]", "").replace(", ", ",");
  }
}
