package dev.kmsagent.adapters.cache.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kmsagent.adapters.cache.crypto.Envelope.Header;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What a codec opens, and what it does not. */
class EntryCodecTest {
  private static final EntryCodec CODEC = SealingFixtures.CODEC;
  private static final EntryKey ENTRY_KEY = CODEC.key(Secrets.current("app/db"));
  private static final Content ENTRY = SealingFixtures.entry("app/db", "hunter2");

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

  @Provide
  Arbitrary<Content.Entry> entries() {
    return AnyEntry.entries();
  }

  @Test
  void a_refusal_comes_out_to_the_microsecond() {
    var at = SealingFixtures.READ.truncatedTo(ChronoUnit.MICROS);
    var revocation = new Content.Revocation(at.plusNanos(999), at.plusSeconds(180));
    assertThat(CODEC.open(ENTRY_KEY, CODEC.seal(ENTRY_KEY, revocation)))
        .contains(new Content.Revocation(at, at.plusSeconds(180)));
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
        .allSatisfy(length -> doesNotOpen(behind(envelope, envelope.length - length)));
  }

  private static byte[] behind(byte[] envelope, int length) {
    return Arrays.copyOfRange(envelope, length, envelope.length);
  }

  private static byte[] joined(byte[] one, byte[] other) {
    var both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  @Test
  void one_that_was_moved_stays_shut() {
    var elsewhere =
        Stream.of(
            CODEC.key(Secrets.current("app/mq")),
            CODEC.key(Secrets.byId("app/db", "v1")),
            CODEC.key(Secrets.current("acs:kms:cn-hangzhou:1234567890:secret/app/db")),
            ENTRY_KEY.gone());
    assertThat(elsewhere)
        .allSatisfy(key -> assertThat(CODEC.open(key, CODEC.seal(ENTRY_KEY, ENTRY))).isEmpty())
        .allSatisfy(key -> assertThat(CODEC.open(ENTRY_KEY, CODEC.seal(key, ENTRY))).isEmpty());
  }

  @Test
  void one_that_was_sealed_with_another_key_stays_shut_even_in_its_place() {
    var other =
        SealingFixtures.codec(
            SealingFixtures.key(2), SealingFixtures.PARTITION, SealingFixtures.PREFIX);
    assertThat(CODEC.open(ENTRY_KEY, other.seal(ENTRY_KEY, ENTRY))).isEmpty();
    assertThat(
            CODEC.open(
                ENTRY_KEY.gone(), other.seal(ENTRY_KEY.gone(), SealingFixtures.revocation())))
        .isEmpty();
  }

  @Test
  void the_same_is_never_sealed_alike() {
    assertThat(IntStream.range(0, 100).mapToObj(_ -> CODEC.seal(ENTRY_KEY, ENTRY)))
        .doesNotHaveDuplicates()
        .allSatisfy(envelope -> assertThat(CODEC.open(ENTRY_KEY, envelope)).contains(ENTRY));
  }

  /** As an agent of another version may seal it. */
  @Test
  void a_text_of_another_form_is_refused() {
    var text = SecretFormat.write((Content.Entry) ENTRY);
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

  @Property(tries = 500)
  void garbage_stays_shut_and_is_no_bug(@ForAll byte[] garbage) {
    doesNotOpen(garbage);
    doesNotOpen(joined(Header.of(ENTRY).bytes(), garbage));
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
}
