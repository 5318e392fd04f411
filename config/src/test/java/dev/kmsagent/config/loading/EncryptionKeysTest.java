package dev.kmsagent.config.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.EncryptionKey;
import dev.kmsagent.config.RedisConfig;
import dev.kmsagent.config.schema.Problem;
import dev.kmsagent.config.schema.TomlValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What entries are sealed with. */
class EncryptionKeysTest {
  private static final String ENCRYPTION_KEY = "KMS_AGENT_CACHE_REDIS_ENCRYPTIONKEY";
  private static final String UNPADDED = "bmV3IG5ldyBuZXcgbmV3IG5ldyBuZXcgbmV3IG5ldyE";

  @Test
  void each_can_come_from_a_file_or_a_variable(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("new"), KeySample.NEW_KEY + "\n");
    Attempt referring =
        Attempt.inRedis("EncryptionKey = [\"${FILE:new}\", \"${ENV:OLD}\"]\n")
            .without(ENCRYPTION_KEY);

    assertThat(referring.in(folder).with("OLD", KeySample.OLD_KEY).redis().entries())
        .extracting(RedisConfig.Entries::encryptionKeys)
        .isEqualTo(List.of(key(KeySample.NEW_KEY), key(KeySample.OLD_KEY)));
  }

  @Test
  void the_same_key_twice_is_a_problem() {
    assertThat(
            Attempt.inRedis("")
                .with(ENCRYPTION_KEY, KeySample.NEW_KEY + "," + KeySample.NEW_KEY)
                .messages())
        .containsExactly(
            "environment variable KMS_AGENT_CACHE_REDIS_ENCRYPTIONKEY: Cache.Redis.EncryptionKey"
                + " has the same key twice; found a list; allowed: 32 bytes in base64, or a list"
                + " of a new and an old key");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          []                    | is empty
          ['new', 'old', 'new'] | has too many items
          ['new', 'odd']        | is not 32 bytes in base64
          [['new', 'old']]      | must be a string or a list of strings
          """)
  void one_or_two_are_enough(String toml, String wrong) {
    String literal = toml.replace("new", KeySample.NEW_KEY).replace("old", KeySample.OLD_KEY);

    assertThat(problem(literal).wrong()).isEqualTo(wrong);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "MDEyMzQ1Njc4OWFiY2RlZg==",
        KeySample.NEW_KEY + KeySample.NEW_KEY,
        KeySample.NEW_KEY + " ",
        UNPADDED,
        UNPADDED + "\n=",
        "bmV3IG5ldyBuZXcgbmV3IG5ldyBuZXcgbmV3IG5ldyF=",
        "-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_A=",
        "6e6577206e6577206e6577206e6577206e6577206e6577206e6577206e657721"
      })
  void what_is_written_in_another_way_is_a_problem(String text) {
    Problem problem = problem(TomlValue.literal(text));

    assertThat(problem.message())
        .isEqualTo(
            "config.toml:2: Cache.Redis.EncryptionKey is not 32 bytes in base64; found a string;"
                + " allowed: 32 bytes in base64, or a list of a new and an old key");
  }

  private static Problem problem(String toml) {
    List<Problem> problems =
        Attempt.inRedis("EncryptionKey = " + toml + "\n").without(ENCRYPTION_KEY).problems();
    assertThat(problems).hasSize(1);
    return problems.getFirst();
  }

  private static EncryptionKey key(String base64) {
    return new EncryptionKey(Base64.getDecoder().decode(base64));
  }
}
