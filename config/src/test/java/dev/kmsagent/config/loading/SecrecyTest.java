package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.schema.ConfigKey;
import dev.kmsagent.config.schema.Problem;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A marker in a secret's place, looked for wherever it could come out. */
class SecrecyTest {
  private static final String MARKER = "Canary5up3r";

  /** The marker in a key of encryption, 32 bytes in base64. */
  private static final String KEY = MARKER + "0".repeat(31) + "A=";

  /** Right and wrong ways to write a secret down behind its key. */
  private static final List<String> WRITINGS =
      List.of(
          "= \"%s\"",
          "= %s",
          "= \"%s",
          "= '%s",
          "= '''%s",
          "= \"\"\"\n%s",
          "= 5 %s",
          "= \"x\" %s",
          "= \"\\%s\"",
          "= [\"%s\"]",
          "= ['%s'",
          "= { value = \"%s\" }",
          "%s",
          "= [\"%s\", 3]",
          "= [\"%1$s\", \"%1$s\"]",
          "= [\"%1$s\" \"%1$s\"]",
          "= [\"%1$s\", [\"%1$s\"]]",
          "= [\"%s\", \"" + TestFiles.OLD_KEY + "\"]",
          "= [\"%s\", \"${ENV:ABSENT}\"]",
          "= \"%s\"\nCache.TtlSeconds = -1");

  /** Places where a secret does not belong. */
  private static final List<String> MISTAKES =
      List.of(
          "KMS.AcessKeySecret = \"%s\"",
          "KMS.Region = \"cn-a\"\nKMS.region = \"cn-b\"\nKMS.SecurityToken = \"%s\"",
          "KMS.AccessKeySecret = \"${ENV:ABSENT}\"\nKMS.SecurityToken = \"%s\"",
          "KMS.Proxy = \"http://me:%s@proxy:3128\"",
          "KMS.Proxy = \"ftp://me:%s@proxy:3128\"",
          "KMS.Proxy = \"http://me:%s/@proxy:3128\"",
          "KMS.Endpoint = \"https://me:%s@kms.example.com\"",
          "Cache.Redis.Addresses = [\"redis://me:%s@redis:6379\"]",
          "11 = \"%s\"");

  private static final List<String> VARIABLES =
      List.of(
          "S=%s",
          "KMS_AGENT_KMS_ACCESSKEYSECRET=%s",
          "KMS_AGENT_KMS_ACESSKEYSECRET=%s",
          "KMS_AGENT_CACHE_REDIS_PASSWORD=%s",
          "KMS_AGENT_CACHE_REDIS_ENCRYPTIONKEY=%s",
          "KMS_AGENT_CACHE_FILE_ENCRYPTIONKEY=%s",
          "ALIBABA_CLOUD_ACCESS_KEY_SECRET=%s",
          "HTTPS_PROXY=http://me:%s@proxy:3128",
          "HTTPS_PROXY=http://me:%s@:3128");

  /** Its strings stand for the variable {@code S}. */
  private static final Attempt REFERRING =
      Attempt.inHangzhou(
          """
          KMS.AccessKeySecret = "${ENV:S}"
          KMS.Endpoint = "${ENV:S}"
          KMS.Proxy = "${ENV:S}"
          Server.AllowedHosts = ["${ENV:S}!"]
          Server.PathPrefix = "${ENV:S}"
          """);

  static Stream<Attempt> attempts() {
    return Stream.of(MARKER, KEY)
        .flatMap(secret -> Stream.concat(filesWith(secret), environmentsWith(secret)));
  }

  private static Stream<Attempt> filesWith(String secret) {
    return Stream.concat(writtenDown(), MISTAKES.stream())
        .map(text -> Attempt.inHangzhou(text.formatted(secret) + "\n"))
        .flatMap(SecrecyTest::inEachUse);
  }

  private static Stream<String> writtenDown() {
    return new AgentConfig.Keys()
        .keys().stream()
            .filter(key -> key.type().confidential())
            .map(ConfigKey::path)
            .flatMap(path -> WRITINGS.stream().map(writing -> path + " " + writing));
  }

  private static Stream<Attempt> environmentsWith(String secret) {
    return Stream.of(Attempt.inHangzhou(""), REFERRING)
        .flatMap(SecrecyTest::inEachUse)
        .flatMap(use -> VARIABLES.stream().map(text -> use.given(text.formatted(secret))));
  }

  private static Stream<Attempt> inEachUse(Attempt attempt) {
    return Stream.of(
        attempt,
        attempt.given("KEY").given("KMS_AGENT_KMS_CREDENTIALTYPE=AccessKey"),
        attempt.given("REDIS"),
        attempt.given("REDIS").given("-KMS_AGENT_CACHE_REDIS_ENCRYPTIONKEY"),
        attempt.given("FILE").given("-KMS_AGENT_CACHE_FILE_ENCRYPTIONKEY"));
  }

  @ParameterizedTest
  @MethodSource("attempts")
  void a_secret_is_in_no_setting_no_message_and_no_text(Attempt attempt) {
    var result = attempt.result();
    var messages =
        result instanceof LoadResult.Rejected(var problems)
            ? problems.stream().map(Problem::message).toList()
            : List.of();
    assertThat(messages.toString() + result + attempt.source()).doesNotContain(MARKER);
  }
}
