package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code CacheSize} is kept by the defaults of everything else, whatever the secrets are. */
@Tag("thorough")
final class FullCacheIT {
  private static final int CACHE_SIZE = 1000;

  /** A round number below the 30 KB that KMS allows. */
  private static final int VALUE_SIZE = 30_000;

  /** With a TTL of zero a value lapses when it is read. */
  @Test
  void a_thousand_secrets_of_30000_bytes_are_served_through_an_outage() throws IOException {
    try (var cloud = TestCloud.start();
        var agent =
            cloud.agent("Cache.CacheSize = %d\nCache.TtlSeconds = 0".formatted(CACHE_SIZE))) {
      var secrets = new LinkedHashMap<String, String>();
      for (var i = 0; i < CACHE_SIZE; i++) {
        var value = i % 2 == 0 ? base64(i) : json(i);
        secrets.put(cloud.newSecret(value), value);
      }
      assertThat(served(agent.client(), secrets)).isEqualTo(CACHE_SIZE);

      cloud.emulator().kms().stop();

      assertThat(served(agent.client(), secrets)).isEqualTo(CACHE_SIZE);
    }
  }

  private static String base64(int seed) {
    var bytes = new byte[VALUE_SIZE / 4 * 3];
    new Random(seed).nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** Nothing but what takes two bytes in a body: a string of quotes. */
  private static String json(int seed) {
    var begin = "{\"%d\":\"".formatted(seed);
    var escaped = (VALUE_SIZE - begin.length() - 2) / 2;
    return begin + "\\\"".repeat(escaped) + "\"}";
  }

  /** How many of the secrets are answered with their values. */
  private static long served(AgentClient client, Map<String, String> secrets) {
    return secrets.entrySet().stream()
        .filter(
            secret -> {
              var answer = client.secret(secret.getKey());
              return answer.status() == 200 && answer.text("SecretData").equals(secret.getValue());
            })
        .count();
  }
}
