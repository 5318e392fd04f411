package dev.kmsagent.adapters.cache.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
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

  private final SealingKey one = SealingFixtures.key(1);

  @ParameterizedTest
  @ValueSource(ints = {0, 16, 31, 33, 64})
  void a_key_of_another_length_is_refused(int length) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SealingKey(new byte[length], new SecureRandom()))
        .withMessage("a key has 32 bytes");
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
