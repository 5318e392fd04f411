package dev.kmsagent.adapters.cache.shared;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SecretValue;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.port.LeadDecision;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody learns who has all that lies in Redis, or its file, but no key. */
class DumpTest extends OnRedis {
  private final SecureRandom random = new SecureRandom();

  /** Different at every run, and found by no chance. */
  private String canary() {
    var bytes = new byte[15];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** All names, and what lies there: as it is, and as Redis would move it to another server. */
  private String everything() {
    var all = new StringBuilder();
    for (var name : intruder.names()) {
      all.append(name).append('\n');
      for (var command : List.of("DUMP", "GET", "HGETALL")) {
        all.append(redis.command(command, name)).append('\n');
      }
    }
    return all.toString();
  }

  private String file() throws IOException {
    redis.configure("SAVE");
    return Files.readString(redis.folder().resolve("dump.rdb"), ISO_8859_1);
  }

  private static List<Needle> found(List<Needle> needles, String hay) {
    return needles.stream().filter(needle -> needle.isIn(hay)).toList();
  }

  /** An agent that does all that leaves something in Redis. */
  @Nested
  class What_agents_leave {
    private final byte[] material = random.generateSeed(SealingKey.LENGTH);
    private final String principal = canary();
    private final String name = canary();
    private final String gone = canary();
    private final String version = canary();
    private final String stage = canary();
    private final String value = canary();
    private final String attribute = canary();

    private final SealingKey sealingKey = new SealingKey(material, random);
    private final EntryCodec codec = SimulatedCache.codec(sealingKey, principal);
    private final CachingAgent agent =
        start(plan().identity(TestIdentity.of(principal)).sealingKeys(sealingKey));
    private final List<Needle> needles =
        List.of(
            new Needle("key", material),
            Needle.of("principal", principal),
            Needle.of("name", name),
            Needle.of("name of what is gone", gone),
            Needle.of("version", version),
            Needle.of("stage", stage),
            Needle.of("value", value),
            Needle.of("attribute", attribute));

    @BeforeEach
    void work() {
      store(Secrets.current(name));
      store(Secrets.byId(name, version));
      store(Secrets.byStage(name, stage));
      store(Secrets.current("acs:kms:cn-hangzhou:1234567890:secret/" + name));
      var refused = codec.key(Secrets.byStage(name, stage));
      intruder.await(refused, () -> agent.cache.evict(Secrets.byStage(name, stage)));
      store(Secrets.current(gone));
      var word = codec.gone(new SecretName(gone));
      intruder.await(word, () -> agent.cache.evictAll(new SecretName(gone)));
      assertThat(agent.requestsLead(Secrets.byId(name, stage)))
          .isInstanceOf(LeadDecision.Lead.class);
    }

    private void store(SecretQuery query) {
      var secret =
          new Secret(
              query.name(),
              new VersionId(version),
              List.of(new Stage(stage)),
              DataType.TEXT,
              SecretValue.of(value),
              Map.of(SecretAttribute.EXTENDED_CONFIG, attribute));
      var entry = Secrets.entry(secret, agent.now());
      intruder.await(codec.key(query), () -> agent.cache.store(query, entry));
    }

    @Test
    void is_entries_refusals_and_a_lease() {
      var key = codec.key(Secrets.current(name));
      var lease = codec.key(Secrets.byId(name, stage)).lease();
      assertThat(intruder.names()).contains(lease, key.hash());
      assertThat(intruder.get(key)).startsWith("2E");
      assertThat(intruder.get(codec.key(Secrets.byStage(name, stage)))).startsWith("2R");
      assertThat(intruder.get(codec.gone(new SecretName(gone)))).startsWith("2R");
    }

    @Test
    void holds_none_of_what_it_is_about() {
      assertThat(found(needles, everything())).isEmpty();
    }

    @Test
    void holds_none_of_it_in_the_file_that_redis_writes() throws IOException {
      assertThat(found(needles, file())).isEmpty();
    }
  }

  @Nested
  class A_search {
    private final String canary = canary();
    private final Needle needle = Needle.of("planted", canary);

    @ParameterizedTest
    @ValueSource(strings = {"%s", "{\"a\": \"%s\"}", "name/%s:v1"})
    void finds_what_was_planted_in_clear(String form) throws IOException {
      isFoundIn(form.formatted(canary));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "a%s", "ab%s", "abc%s", "%sx", "ab%sxyz"})
    void finds_what_was_planted_in_base64(String form) throws IOException {
      var bytes = form.formatted(canary).getBytes(ISO_8859_1);
      isFoundIn(Base64.getEncoder().encodeToString(bytes));
      isFoundIn(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "a%sx"})
    void finds_what_was_planted_in_hexadecimal_digits(String form) throws IOException {
      var bytes = form.formatted(canary).getBytes(ISO_8859_1);
      isFoundIn(HexFormat.of().formatHex(bytes));
      isFoundIn(HexFormat.of().withUpperCase().formatHex(bytes));
    }

    private void isFoundIn(String planted) throws IOException {
      isFoundAfter("SET", planted, "value");
      isFoundAfter("SET", "name", planted);
      isFoundAfter("HSET", "hash", planted, "value");
      isFoundAfter("HSET", "hash", "field", planted);
    }

    private void isFoundAfter(String... command) throws IOException {
      redis.configure(command);
      assertThat(needle.isIn(everything())).isTrue();
      assertThat(needle.isIn(file())).isTrue();
      redis.configure("FLUSHALL");
      assertThat(needle.isIn(everything())).isFalse();
      assertThat(needle.isIn(file())).isFalse();
    }
  }
}
