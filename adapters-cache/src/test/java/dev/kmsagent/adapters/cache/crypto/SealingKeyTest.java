package dev.kmsagent.adapters.cache.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealingKeyTest {
  private static final byte[] CONTEXT = "where it lies".getBytes(UTF_8);
  private static final byte[] ELSEWHERE = "somewhere else".getBytes(UTF_8);

  private final SealingKey one = SealingFixtures.key(1);
  private final SealingKey other = SealingFixtures.key(2);

  @ParameterizedTest
  @ValueSource(ints = {0, 16, 31, 33, 64})
  void a_key_of_another_length_is_refused(int length) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SealingKey(new byte[length], new SecureRandom()))
        .withMessage("a key has 32 bytes");
  }

  @Test
  void it_does_not_show_itself() {
    assertThat(one).hasToString("***");
  }

  @Test
  void it_keeps_no_hold_of_what_it_was_made_of() {
    var material = new byte[SealingKey.LENGTH];
    var sealingKey = new SealingKey(material, new SecureRandom());
    var sealed = sealingKey.seal(CONTEXT, CONTEXT);
    Arrays.fill(material, (byte) 7);
    assertThat(sealingKey.open(sealed, CONTEXT)).contains(CONTEXT);
  }

  @Property(tries = 300)
  void what_it_sealed_it_opens_in_the_same_context_alone(
      @ForAll byte[] text, @ForAll byte[] context) {
    var sealed = one.seal(text, context);
    assertThat(one.open(sealed, context)).hasValueSatisfying(t -> assertThat(t).isEqualTo(text));
    assertThat(one.open(sealed, ELSEWHERE)).isEmpty();
    assertThat(other.open(sealed, context)).isEmpty();
  }

  @Test
  void what_it_sealed_opens_after_the_agent_was_started_again() {
    assertThat(SealingFixtures.key(1).open(one.seal(CONTEXT, CONTEXT), CONTEXT)).contains(CONTEXT);
  }

  @Test
  void it_seals_nothing_alike_twice() {
    var nonces = IntStream.range(0, 1000).mapToObj(_ -> nonce(one.seal(CONTEXT, CONTEXT)));
    assertThat(nonces).doesNotHaveDuplicates();
  }

  private static String nonce(byte[] sealed) {
    return HexFormat.of().formatHex(sealed, 0, 12);
  }

  @Property(tries = 300)
  void what_it_sealed_does_not_open_with_a_bit_turned_over(
      @ForAll byte[] text, @ForAll @IntRange(min = 0) int somewhere) {
    var sealed = one.seal(text, CONTEXT);
    var bit = somewhere % (sealed.length * Byte.SIZE);
    sealed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
    assertThat(one.open(sealed, CONTEXT)).isEmpty();
  }

  @Property(tries = 300)
  void garbage_does_not_open_and_is_no_bug(@ForAll byte[] garbage) {
    assertThat(one.open(garbage, CONTEXT)).isEmpty();
  }

  @Test
  void a_name_is_the_same_for_the_same_and_under_another_key_another() {
    assertThat(one.name(List.of("app/db")))
        .isEqualTo(SealingFixtures.key(1).name(List.of("app/db")));
    assertThat(one.name(List.of("app/db"))).isNotEqualTo(other.name(List.of("app/db")));
  }

  @Property(tries = 300)
  void a_name_is_fit_for_redis_and_of_one_length(@ForAll List<String> parts) {
    assertThat(one.name(parts)).matches("[A-Za-z0-9_-]{22}");
  }

  @Property(tries = 300)
  void a_name_is_another_wherever_else_the_same_text_is_parted(
      @ForAll("parts") List<String> parts, @ForAll @IntRange(min = 0) int somewhere) {
    var whole = String.join("", parts);
    var cut = somewhere % whole.length();
    var parted = List.of(whole.substring(0, cut), whole.substring(cut));
    assertThat(one.name(parted).equals(one.name(parts))).isEqualTo(parted.equals(parts));
    assertThat(one.name(List.of(whole, ""))).isNotEqualTo(one.name(List.of(whole)));
  }

  @Provide
  Arbitrary<List<String>> parts() {
    return AnyEntry.identifiers().list().ofMinSize(1).ofMaxSize(8);
  }
}
