package dev.kmsagent.adapters.cache.crypto;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.SecretValue;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionSelector;
import dev.kmsagent.testkit.Secrets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Where a codec has entries lie. */
class EntryKeyTest {
  private static final EntryCodec CODEC = SealingFixtures.CODEC;
  private static final String ARN = "acs:kms:cn-hangzhou:1234567890:secret/app/db";

  private static SecretQuery byIdAndStage(String id, String stage) {
    var version =
        new VersionSelector(Optional.of(new VersionId(id)), Optional.of(new Stage(stage)));
    return new SecretQuery(new SecretName("app/db"), version);
  }

  @Property(tries = 300)
  void different_queries_have_different_places(
      @ForAll("queries") SecretQuery one, @ForAll("queries") SecretQuery other) {
    assertThat(CODEC.key(one).equals(CODEC.key(other))).isEqualTo(one.equals(other));
  }

  @Provide
  Arbitrary<SecretQuery> queries() {
    return AnyEntry.queries();
  }

  @Test
  void every_version_of_a_secret_lies_in_its_hash_in_a_field_of_its_own() {
    var versions =
        Stream.of(
                Secrets.current("app/db"),
                Secrets.byStage("app/db", "v1"),
                Secrets.byId("app/db", "v1"),
                Secrets.byId("app/db", "ACSCurrent"),
                byIdAndStage("v1", "ACSCurrent"),
                byIdAndStage("ACSCurrent", "v1"),
                byIdAndStage("v1", "v1"),
                Secrets.byId("app/db", "v1stageACSCurrent"),
                Secrets.byStage("app/db", "stage"))
            .map(CODEC::key)
            .toList();
    assertThat(versions).extracting(EntryKey::hash).containsOnly(versions.getFirst().hash());
    assertThat(versions).extracting(EntryKey::field).doesNotHaveDuplicates();
    assertThat(versions).extracting(EntryKey::lease).doesNotHaveDuplicates();
  }

  @Test
  void an_arn_of_the_own_account_lies_in_the_hash_of_its_plain_name_and_any_other_in_its_own() {
    var plain = CODEC.key(Secrets.current("app/db"));
    var arn = CODEC.key(Secrets.current(ARN));
    assertThat(arn.hash()).isEqualTo(plain.hash());
    assertThat(arn.field()).isNotEqualTo(plain.field());
    assertThat(CODEC.gone(new SecretName(ARN)).hash()).isEqualTo(plain.hash());
    var other = ARN.replace("1234567890", "9876543210");
    var hashes =
        Stream.of("app/db", other, other.replace("98", "89"))
            .map(name -> CODEC.key(Secrets.current(name)).hash());
    assertThat(hashes).doesNotHaveDuplicates();
    assertThat(CODEC.gone(new SecretName(other)).hash())
        .isEqualTo(CODEC.key(Secrets.current(other)).hash());
  }

  @Test
  void every_arn_lies_in_a_hash_of_its_own_while_the_account_is_not_known() {
    var kms = SealingFixtures.PARTITION.kms();
    var partition = new Partition(new Principal("LTAI4711"), kms);
    var codec = SealingFixtures.codec(SealingFixtures.key(1), partition, SealingFixtures.PREFIX);
    assertThat(codec.key(Secrets.current(ARN)).hash())
        .isNotEqualTo(codec.key(Secrets.current("app/db")).hash());
  }

  @Test
  void another_principal_region_endpoint_prefix_or_key_has_places_of_its_own() {
    var query = Secrets.current("app/db");
    var slots =
        Stream.concat(Stream.of(CODEC), SealingFixtures.strangers().stream())
            .map(codec -> codec.key(query))
            .toList();
    assertThat(slots).extracting(EntryKey::hash).doesNotHaveDuplicates();
    assertThat(slots).extracting(EntryKey::lease).doesNotHaveDuplicates();
  }

  @Property(tries = 300)
  void what_ends_one_part_and_begins_the_next_is_told_apart(
      @ForAll("text") String text, @ForAll @IntRange(min = 1, max = 7) int cut) {
    var longer = SealingFixtures.partition(text, "", "kms");
    var shorter = SealingFixtures.partition(text.substring(0, cut), text.substring(cut), "kms");
    var later = SealingFixtures.partition(text.substring(0, cut), "", text.substring(cut) + "kms");
    assertThat(Stream.of(longer, shorter, later).map(EntryKeyTest::hash)).doesNotHaveDuplicates();
  }

  @Provide
  Arbitrary<String> text() {
    return Arbitraries.strings().withCharRange(' ', '~').ofLength(8);
  }

  private static String hash(Partition partition) {
    return SealingFixtures.codec(SealingFixtures.key(1), partition, SealingFixtures.PREFIX)
        .key(Secrets.current("app/db"))
        .hash();
  }

  @Property(tries = 300)
  void neither_places_nor_envelopes_hold_a_name_a_value_or_the_principal(
      @ForAll("canaries") String canary) {
    var partition = SealingFixtures.partition(canary, canary, canary);
    var codec = SealingFixtures.codec(SealingFixtures.key(1), partition, SealingFixtures.PREFIX);
    var key = codec.key(byIdAndStage(canary, canary));
    var envelope = codec.seal(key, entryOf(canary));
    assertThat(key.toString() + codec.key(Secrets.current(canary))).doesNotContain(canary);
    assertThat(new String(envelope.bytes(), ISO_8859_1)).doesNotContain(canary);
  }

  private static Content.Entry entryOf(String canary) {
    var secret =
        new Secret(
            new SecretName(canary),
            new VersionId(canary),
            List.of(new Stage(canary)),
            DataType.TEXT,
            SecretValue.of(canary),
            Map.of(SecretAttribute.EXTENDED_CONFIG, canary));
    var date = SealingFixtures.READ;
    return new Content.Entry(secret, date, date, date, date);
  }

  @Provide
  Arbitrary<String> canaries() {
    return Arbitraries.strings().withCharRange('a', 'z').ofLength(12);
  }
}
