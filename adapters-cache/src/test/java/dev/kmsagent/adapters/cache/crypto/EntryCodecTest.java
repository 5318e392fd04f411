package dev.kmsagent.adapters.cache.crypto;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Secret;
import dev.kmsagent.domain.SecretAttribute;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionSelector;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What a codec opens, and where it has entries lie. */
class EntryCodecTest {
  private static final EntryCodec CODEC = SealingFixtures.CODEC;
  private static final SecretQuery QUERY = Secrets.current("app/db");
  private static final EntryKey ENTRY_KEY = CODEC.key(QUERY);
  private static final String ARN = "acs:kms:cn-hangzhou:1234567890:secret/app/db";
  private static final Instant READ = Instant.parse("2026-01-01T00:00:00.123456789Z");
  private static final Content.Entry ENTRY = entry(Secrets.text("app/db", "v1", "hunter2"));

  /**
   * {@link #ENTRY} for {@link #ENTRY_KEY}, as another program than ours sealed it by the same
   * rules.
   */
  private static final String SEALED_ELSEWHERE =
      "MkUxNzY3MjI1NjAwMTIzNDU2MTc2NzMxMjMwMDEyMzQ1NtV1CobPD81Pt2oa2mDRcGqY+zDeOJnw"
          + "jH94ftpGmDkF7DotcPg8QtoRhSTx3dxi6/oux6Xik/KR79oUTbpoQ58Jr9QnlbvCeq02fDJYvtp/"
          + "+ikRHSIkwXQAUY4b9x3gDE7/pSHf5zp57LiDHYGyAUzhU6cDVhQJuXzEqXtUIG5ilmk43AQ+1uOa"
          + "XT5V1bqXFCYWLnur7AKXJ78IPWGyk6CBOQlMNN8ScSYhFVSr73Ki0Oy85ZI0q4mqB/CCER8Rdtk+"
          + "q3qb8pVNn88sIA3Eaq36U5FYe1AQwarn8Bx0ll7yoL3BwOSLy7rdbUiRs21QXN6IhqMb8k86iz2M"
          + "dw==";

  static Content.Entry entry(Secret secret) {
    var entry = Secrets.entry(secret, READ);
    return new Content.Entry(
        secret, entry.readAt(), entry.refreshAt(), entry.freshUntil(), entry.staleUntil());
  }

  private static byte[] sealed() {
    return CODEC.seal(ENTRY_KEY, ENTRY).bytes();
  }

  private static void doesNotOpen(byte[] envelope) {
    assertThat(CODEC.open(ENTRY_KEY, new Envelope(envelope))).isEmpty();
  }

  @Property(tries = 300)
  void any_entry_comes_out_as_it_went_in(@ForAll("entries") Content.Entry entry) {
    assertThat(CODEC.open(ENTRY_KEY, CODEC.seal(ENTRY_KEY, entry))).contains(entry);
  }

  /** Whatever KMS may give: in every script, of any date. */
  @Provide
  Arbitrary<Content.Entry> entries() {
    var names =
        Arbitraries.strings()
            .withCharRange(' ', '~')
            .withCharRange('\u00A0', '\uD7FF')
            .ofMinLength(1)
            .ofMaxLength(30);
    var secrets =
        Combinators.combine(
                names.map(SecretName::new),
                names.map(VersionId::new),
                names.map(Stage::new).list().ofMaxSize(5),
                Arbitraries.of(DataType.class),
                texts().map(ConfidentialText::new),
                Arbitraries.maps(Arbitraries.of(SecretAttribute.class), texts()))
            .as(Secret::new);
    return Combinators.combine(secrets, dates(), dates(), dates(), dates()).as(Content.Entry::new);
  }

  /** What UTF-8 can hold: no half of a pair of surrogates. */
  private static Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        Arbitraries.strings().withCharRange('\0', '\uD7FF').ofMaxLength(200),
        Arbitraries.of("", "密".repeat(20_000), "\uD83D\uDD11", "{\"a\":\"\\u0000\"}"));
  }

  /** Up to the ends of what an {@link Instant} can be. */
  private static Arbitrary<Instant> dates() {
    var seconds =
        Arbitraries.longs().between(Instant.MIN.getEpochSecond(), Instant.MAX.getEpochSecond());
    var nanos = Arbitraries.integers().between(0, 999_999_999);
    return Combinators.combine(seconds, nanos).as(Instant::ofEpochSecond);
  }

  @Test
  void one_byte_that_was_altered_anywhere_keeps_it_shut() {
    var length = sealed().length;
    assertThat(IntStream.range(0, length * Byte.SIZE).boxed())
        .allSatisfy(bit -> doesNotOpen(altered(bit)));
  }

  private static byte[] altered(int bit) {
    var envelope = sealed();
    envelope[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
    return envelope;
  }

  @Test
  void one_that_was_cut_anywhere_stays_shut() {
    var envelope = sealed();
    assertThat(IntStream.range(0, envelope.length).boxed())
        .allSatisfy(length -> doesNotOpen(Arrays.copyOf(envelope, length)))
        .allSatisfy(cut -> doesNotOpen(Arrays.copyOfRange(envelope, cut + 1, envelope.length)));
  }

  @Test
  void one_that_was_moved_stays_shut() {
    var elsewhere =
        Stream.of(
            CODEC.key(Secrets.current("app/mq")),
            CODEC.key(Secrets.byId("app/db", "v1")),
            CODEC.key(Secrets.current(ARN)),
            ENTRY_KEY.gone());
    assertThat(elsewhere)
        .allSatisfy(key -> assertThat(CODEC.open(key, CODEC.seal(ENTRY_KEY, ENTRY))).isEmpty())
        .allSatisfy(key -> assertThat(CODEC.open(ENTRY_KEY, CODEC.seal(key, ENTRY))).isEmpty());
  }

  @Test
  void the_same_is_never_sealed_alike() {
    assertThat(IntStream.range(0, 100).mapToObj(_ -> CODEC.seal(ENTRY_KEY, ENTRY)))
        .doesNotHaveDuplicates();
  }

  /** As an agent of another version may seal it. */
  @Test
  void a_text_of_another_form_is_refused() {
    var text = SecretFormat.write(ENTRY);
    assertThat(IntStream.range(0, text.length).boxed())
        .allSatisfy(length -> isRefused(Arrays.copyOf(text, length)));
    isRefused(Arrays.copyOf(text, text.length + 1));
    ByteBuffer.wrap(text).putLong(Long.MAX_VALUE);
    isRefused(text);
    ByteBuffer.wrap(text).putLong(Long.MAX_VALUE).putInt(Integer.MAX_VALUE);
    isRefused(text);
  }

  private static void isRefused(byte[] text) {
    assertThatThrownBy(() -> SecretFormat.read(text))
        .isInstanceOfAny(
            IOException.class,
            IllegalArgumentException.class,
            DateTimeException.class,
            ArithmeticException.class);
  }

  /** Agents of several builds share one Redis: neither the form nor the names may change. */
  @Test
  void what_another_build_sealed_lies_where_it_is_looked_for_and_opens() {
    assertThat(ENTRY_KEY.hash()).isEqualTo("kms-agent:c2:{I5hsKnFB6Mjpv1-4hBbHOg}");
    assertThat(ENTRY_KEY.field()).isEqualTo("zCA5iUrtTNCPHLtkkcXojQ");
    assertThat(ENTRY_KEY.lease())
        .isEqualTo("kms-agent:l2:{I5hsKnFB6Mjpv1-4hBbHOg}zCA5iUrtTNCPHLtkkcXojQ");
    assertThat(ENTRY_KEY.gone()).isEqualTo(CODEC.gone(new SecretName("app/db")));
    var envelope = new Envelope(Base64.getDecoder().decode(SEALED_ELSEWHERE));
    assertThat(CODEC.open(ENTRY_KEY, envelope)).contains(ENTRY);
  }

  private static SecretQuery byIdAndStage(String id, String stage) {
    var version =
        new VersionSelector(Optional.of(new VersionId(id)), Optional.of(new Stage(stage)));
    return new SecretQuery(new SecretName("app/db"), version);
  }

  @Test
  void every_version_of_a_secret_lies_in_its_hash_in_a_field_of_its_own() {
    var versions =
        Stream.of(
                QUERY,
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
    var arn = CODEC.key(Secrets.current(ARN));
    assertThat(arn.hash()).isEqualTo(ENTRY_KEY.hash());
    assertThat(arn.field()).isNotEqualTo(ENTRY_KEY.field());
    assertThat(CODEC.gone(new SecretName(ARN)).hash()).isEqualTo(ENTRY_KEY.hash());
    var other = ARN.replace("1234567890", "9876543210");
    var hashes =
        Stream.of("app/db", "app/mq", other, other.replace("98", "89"))
            .map(name -> CODEC.key(Secrets.current(name)).hash());
    assertThat(hashes).doesNotHaveDuplicates();
    assertThat(CODEC.gone(new SecretName(other)).hash())
        .isEqualTo(CODEC.key(Secrets.current(other)).hash());
    var unaware = SealingFixtures.codec(SealingFixtures.KEY, "LTAI4711");
    assertThat(unaware.key(Secrets.current(ARN)).hash())
        .as("while the account is not known")
        .isNotEqualTo(unaware.key(QUERY).hash());
  }

  private static EntryCodec codec(String principal, String region, String endpoint) {
    var kms = new KmsEndpoint(region, endpoint);
    return new EntryCodec(
        SealingFixtures.KEY, new Principal(principal), kms, SealingFixtures.PREFIX);
  }

  @Test
  void another_principal_region_endpoint_prefix_or_key_has_places_of_its_own() {
    var principal = SealingFixtures.PRINCIPAL;
    var places =
        Stream.of(
                CODEC,
                codec("acs:ram::1234567890:role/billing", "cn-hangzhou", "kms.example:443"),
                codec(principal, "cn-shanghai", "kms.example:443"),
                codec(principal, "cn-hangzhou", "kms.example:8443"),
                new EntryCodec(
                    SealingFixtures.KEY,
                    new Principal(principal),
                    SealingFixtures.KMS,
                    "kms-agent2"),
                SealingFixtures.codec(SealingFixtures.key(2), principal))
            .map(codec -> codec.key(QUERY))
            .toList();
    assertThat(places).extracting(EntryKey::hash).doesNotHaveDuplicates();
    assertThat(places).extracting(EntryKey::lease).doesNotHaveDuplicates();
  }

  @Property(tries = 300)
  void what_ends_one_part_and_begins_the_next_is_told_apart(
      @ForAll("words") String word, @ForAll @IntRange(min = 1, max = 7) int cut) {
    var begin = word.substring(0, cut);
    var end = word.substring(cut);
    var codecs =
        Stream.of(codec(word, "", "kms"), codec(begin, end, "kms"), codec(begin, "", end + "kms"));
    assertThat(codecs.map(codec -> codec.key(QUERY).hash())).doesNotHaveDuplicates();
  }

  @Property(tries = 300)
  void neither_places_nor_envelopes_hold_a_name_a_value_or_the_principal(
      @ForAll("words") String canary) {
    var codec = codec(canary, canary, canary);
    var key = codec.key(byIdAndStage(canary, canary));
    var secret =
        new Secret(
            new SecretName(canary),
            new VersionId(canary),
            List.of(new Stage(canary)),
            DataType.TEXT,
            new ConfidentialText(canary),
            Map.of(SecretAttribute.EXTENDED_CONFIG, canary));
    var envelope = codec.seal(key, entry(secret));
    assertThat(key.toString() + codec.key(Secrets.current(canary))).doesNotContain(canary);
    assertThat(new String(envelope.bytes(), ISO_8859_1)).doesNotContain(canary);
  }

  @Provide
  Arbitrary<String> words() {
    return Arbitraries.strings().withCharRange('a', 'z').ofLength(12);
  }
}
