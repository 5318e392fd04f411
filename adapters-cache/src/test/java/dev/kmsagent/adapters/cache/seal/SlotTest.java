package dev.kmsagent.adapters.cache.seal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionSelector;
import dev.kmsagent.testkit.Secrets;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Where a vault has entries lie. */
class SlotTest {
  private static final Vault VAULT = Fixtures.VAULT;
  private static final String ARN = "acs:kms:cn-hangzhou:1234567890:secret/app/db";

  private static SecretQuery byIdAndStage(String id, String stage) {
    var version = new VersionSelector.ByIdAndStage(new VersionId(id), new Stage(stage));
    return new SecretQuery(new SecretName("app/db"), version);
  }

  @Property(tries = 300)
  void the_same_query_has_the_same_place_at_every_agent(@ForAll("queries") SecretQuery query) {
    var other = Fixtures.vault(Fixtures.key(1), Fixtures.PARTITION, Fixtures.PREFIX);
    assertThat(other.slot(query)).isEqualTo(VAULT.slot(query));
  }

  @Property(tries = 300)
  void different_queries_have_different_places(
      @ForAll("queries") SecretQuery one, @ForAll("queries") SecretQuery other) {
    assertThat(VAULT.slot(one).equals(VAULT.slot(other))).isEqualTo(one.equals(other));
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
            .map(VAULT::slot)
            .toList();
    assertThat(versions).extracting(Slot::hash).containsOnly(versions.getFirst().hash());
    assertThat(versions).extracting(Slot::field).doesNotHaveDuplicates();
    assertThat(versions).extracting(Slot::lease).doesNotHaveDuplicates();
  }

  @Test
  void an_arn_lies_in_the_hash_of_its_plain_name_in_a_field_of_its_own() {
    var plain = VAULT.slot(Secrets.current("app/db"));
    var arn = VAULT.slot(Secrets.current(ARN));
    var another = VAULT.slot(Secrets.current(ARN.replace("1234567890", "9876543210")));
    assertThat(List.of(arn.hash(), another.hash())).containsOnly(plain.hash());
    assertThat(List.of(plain.field(), arn.field(), another.field())).doesNotHaveDuplicates();
  }

  @Test
  void the_word_that_a_secret_is_gone_lies_in_its_hash_too() {
    var gone = VAULT.slot(Secrets.current("app/db")).gone();
    assertThat(VAULT.gone(new SecretName("app/db")).hash()).isEqualTo(gone.hash());
    assertThat(VAULT.gone(new SecretName("app/db")).field()).isEqualTo(gone.field());
  }

  @Test
  void another_principal_region_endpoint_prefix_or_key_has_places_of_its_own() {
    var query = Secrets.current("app/db");
    var slots =
        Stream.concat(Stream.of(VAULT), Fixtures.strangers().stream())
            .map(vault -> vault.slot(query))
            .toList();
    assertThat(slots).extracting(Slot::hash).doesNotHaveDuplicates();
    assertThat(slots).extracting(Slot::lease).doesNotHaveDuplicates();
  }

  @Property(tries = 300)
  void what_ends_one_part_and_begins_the_next_is_told_apart(
      @ForAll("text") String text, @ForAll @IntRange(min = 1, max = 7) int cut) {
    var longer = Fixtures.partition(text, "", "kms");
    var shorter = Fixtures.partition(text.substring(0, cut), text.substring(cut), "kms");
    var later = Fixtures.partition(text.substring(0, cut), "", text.substring(cut) + "kms");
    assertThat(Stream.of(longer, shorter, later).map(SlotTest::hash)).doesNotHaveDuplicates();
  }

  @Provide
  Arbitrary<String> text() {
    return Arbitraries.strings().withCharRange(' ', '~').ofLength(8);
  }

  private static String hash(Partition partition) {
    return Fixtures.vault(Fixtures.key(1), partition, Fixtures.PREFIX)
        .slot(Secrets.current("app/db"))
        .hash();
  }

  @Test
  void places_are_named_as_the_documentation_has_it() {
    var slot = VAULT.slot(Secrets.current("app/db"));
    assertThat(slot.hash()).matches("kms-agent:c:\\{[A-Za-z0-9_-]{22}}").startsWith(hashes());
    assertThat(slot.field()).matches("[A-Za-z0-9_-]{22}");
    assertThat(slot.lease()).matches("kms-agent:l:\\{[A-Za-z0-9_-]{22}}[A-Za-z0-9_-]{22}");
    assertThat(slot.lease()).contains(slot.hash().substring(hashes().length()));
  }

  private static String hashes() {
    return Vault.hashes(Fixtures.PREFIX);
  }

  @Property(tries = 300)
  void neither_places_nor_envelopes_hold_a_name_a_value_or_the_principal(
      @ForAll("canaries") String canary) {
    var partition = Fixtures.partition(canary, canary, canary);
    var vault = Fixtures.vault(Fixtures.key(1), partition, Fixtures.PREFIX);
    var slot = vault.slot(Secrets.byId(canary, canary));
    var envelope = vault.seal(slot, Fixtures.entry(canary, canary));
    assertThat(slot.toString()).doesNotContain(canary);
    assertThat(new String(envelope.bytes(), ISO_8859_1)).doesNotContain(canary);
  }

  @Provide
  Arbitrary<String> canaries() {
    return Arbitraries.strings().withCharRange('a', 'z').ofLength(12);
  }

  @Test
  void nothing_of_this_prints_a_value_or_a_key() {
    var entry = Fixtures.entry("app/db", "hunter2");
    var slot = VAULT.slot(Secrets.current("app/db"));
    var envelope = VAULT.seal(slot, entry);
    assertThat(Stream.of(VAULT, Fixtures.key(1), slot, envelope, entry, Header.of(entry)))
        .allSatisfy(it -> assertThat(it.toString()).doesNotContain("hunter2", "\u0001"));
    assertThat(envelope).hasToString("Envelope[" + envelope.bytes().length + "]");
    assertThat(Fixtures.key(1)).hasToString("***");
  }
}
