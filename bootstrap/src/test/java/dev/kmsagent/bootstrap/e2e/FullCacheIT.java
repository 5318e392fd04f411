package dev.kmsagent.bootstrap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code CacheSize} is kept by the defaults of everything else, whatever the secrets are. */
@Tag("thorough")
final class FullCacheIT {
  private static final int CACHE_SIZE = 1000;

  /** A round number below the 30 KB that KMS allows. */
  private static final int VALUE_SIZE = 30_000;

  /** Half of what the agent lets go on to KMS by default. */
  private static final int READERS = 16;

  /** With a TTL of zero a value lapses when it is read. */
  @Test
  void a_thousand_secrets_of_30000_bytes_are_served_through_an_outage()
      throws IOException, InterruptedException {
    try (var cloud = TestCloud.start();
        var agent =
            cloud.agent("Cache.CacheSize = %d\nCache.TtlSeconds = 0".formatted(CACHE_SIZE))) {
      var secrets = new LinkedHashMap<String, String>();
      for (var i = 0; i < CACHE_SIZE; i++) {
        IntFunction<String> value = i % 2 == 0 ? FullCacheIT::base64 : FullCacheIT::json;
        secrets.put(cloud.newSecret(value.apply(i)), value.apply(i));
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
  private static long served(AgentClient client, Map<String, String> secrets)
      throws InterruptedException {
    try (var readers = Executors.newFixedThreadPool(READERS)) {
      var reads =
          secrets.entrySet().stream()
              .map(secret -> (Callable<Boolean>) () -> isServed(client, secret))
              .toList();
      return readers.invokeAll(reads).stream().filter(Future::resultNow).count();
    }
  }

  private static boolean isServed(AgentClient client, Map.Entry<String, String> secret) {
    var answer = client.secret(secret.getKey());
    return answer.status() == 200 && answer.text("SecretData").equals(secret.getValue());
  }
}
