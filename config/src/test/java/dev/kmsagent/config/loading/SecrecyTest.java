package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.AgentConfig;
import dev.kmsagent.config.schema.Problem;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A marker in a secret's place, looked for wherever it could come out. */
class SecrecyTest {
  private static final String MARKER = "Canary5up3r";

  /** The marker in a key of encryption, 32 bytes in base64. */
  private static final String KEY = MARKER + "0".repeat(31) + "A=";

  /** Right and wrong ways to write a secret down. */
  static Stream<Attempt> attempts() {
    return Stream.of(files().map(Attempt::inHangzhou), inRedis(), environments())
        .flatMap(attempts -> attempts);
  }

  private static Stream<String> files() {
    String right = "[KMS]\nCredentialType = \"AccessKey\"\nAccessKeyId = \"LTAI5t\"\n";
    return Stream.of(
        right + "AccessKeySecret = \"" + MARKER + "\"\nSecurityToken = \"" + MARKER + "\"\n",
        right + "AccessKeySecret = " + MARKER + "\n",
        right + "AccessKeySecret = \"" + MARKER + "\n",
        right + "AccessKeySecret = '''" + MARKER + "\n",
        right + "AccessKeySecret = \"x\" " + MARKER + "\n",
        right + "AccessKeySecret = \"\\" + MARKER + "\"\n",
        right + "AccessKeySecret = [\"" + MARKER + "\"]\n",
        right + "AccessKeySecret = { value = \"" + MARKER + "\" }\n",
        right + "AccessKeySecret = \"${ENV:" + "ABSENT}\"\nSecurityToken = \"" + MARKER + "\"\n",
        right + "AcessKeySecret = \"" + MARKER + "\"\n",
        "[KMS]\nAccessKeySecret = \"" + MARKER + "\"\n",
        "[KMS]\nRegion = \"cn-a\"\nregion = \"cn-b\"\nSecurityToken = \"" + MARKER + "\"\n",
        "[KMS]\nProxy = \"http://me:" + MARKER + "@proxy:3128\"\n",
        "[KMS]\nProxy = \"ftp://me:" + MARKER + "@proxy:3128\"\n",
        "[KMS]\nProxy = \"http://me:" + MARKER + "/@proxy:3128\"\n",
        "[KMS]\nEndpoint = \"https://me:" + MARKER + "@kms.example.com\"\n",
        MARKER.length() + " = \"" + MARKER + "\"\n");
  }

  private static Stream<Attempt> inRedis() {
    Stream<Attempt> files =
        Stream.of(
                "EncryptionKey = \"" + KEY + "\"\nPassword = \"" + MARKER + "\"\n",
                "EncryptionKey = [\"" + KEY + "\", \"" + KeySample.OLD_KEY + "\"]\n",
                "EncryptionKey = [\"" + KEY + "\", \"" + KEY + "\"]\n",
                "EncryptionKey = \"" + MARKER + "\"\n",
                "EncryptionKey = [\"" + MARKER + "\", 3]\n",
                "EncryptionKey = [\"" + KEY + "\", [\"" + KEY + "\"]]\n",
                "EncryptionKey = [\"" + KEY + "\", \"${ENV:ABSENT}\"]\n",
                "EncryptionKey = [\"" + KEY + "\" \"" + KEY + "\"]\n",
                "EncryptionKey = " + KEY + "\n",
                "Password = [\"" + MARKER + "\"]\n",
                "Password = \"" + MARKER + "\"\nTimeoutMillis = -1\n",
                "Addresses = [\"redis://me:" + MARKER + "@redis:6379\"]\n")
            .map(keys -> "[Cache.Redis]\n" + keys)
            .map(Attempt::inHangzhou);
    return files.flatMap(
        attempt ->
            Stream.of(
                attempt,
                attempt.withRedis(),
                attempt.withRedis().given("-KMS_AGENT_CACHE_REDIS_ENCRYPTIONKEY")));
  }

  private static Stream<Attempt> environments() {
    Attempt referring =
        Attempt.inHangzhou(
            """
            [KMS]
            AccessKeySecret = "${ENV:S}"
            Endpoint = "${ENV:S}"
            Proxy = "${ENV:S}"
            [Server]
            AllowedHosts = ["${ENV:S}!"]
            PathPrefix = "${ENV:S}"
            """);
    return Stream.of(
        referring.with("S", MARKER),
        Attempt.inHangzhou("").with("KMS_AGENT_KMS_ACCESSKEYSECRET", MARKER),
        Attempt.inHangzhou("").with("KMS_AGENT_CACHE_REDIS_PASSWORD", MARKER),
        Attempt.inHangzhou("").withRedis().with("KMS_AGENT_CACHE_REDIS_PASSWORD", MARKER),
        Attempt.inHangzhou("").withRedis().with("KMS_AGENT_CACHE_REDIS_ENCRYPTIONKEY", KEY),
        Attempt.inHangzhou("").withRedis().with("KMS_AGENT_CACHE_REDIS_ENCRYPTIONKEY", MARKER),
        Attempt.inHangzhou("").with("KMS_AGENT_KMS_ACESSKEYSECRET", MARKER),
        Attempt.inHangzhou("").with("ALIBABA_CLOUD_ACCESS_KEY_SECRET", MARKER),
        Attempt.inHangzhou("").with("HTTPS_PROXY", "http://me:" + MARKER + "@proxy:3128"),
        Attempt.inHangzhou("").with("HTTPS_PROXY", "http://me:" + MARKER + "@:3128"));
  }

  @ParameterizedTest
  @MethodSource("attempts")
  void a_secret_is_in_no_setting_no_message_and_no_text(Attempt attempt) {
    assertThat(everythingShown(attempt.result())).isNotEmpty().doesNotContain(MARKER);
  }

  @Test
  void the_source_of_a_file_at_hand_does_not_show_it() {
    assertThat(new ConfigSource.Text("config.toml", MARKER).toString()).doesNotContain(MARKER);
  }

  private static String everythingShown(LoadResult<AgentConfig> result) {
    String messages =
        switch (result) {
          case LoadResult.Loaded<AgentConfig> loaded -> loaded.settings().toString();
          case LoadResult.Rejected<AgentConfig> rejected ->
              rejected.problems().stream().map(Problem::message).toList().toString();
        };
    return messages + result;
  }
}
