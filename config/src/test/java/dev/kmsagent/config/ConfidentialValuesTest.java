package dev.kmsagent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kmsagent.domain.ConfidentialText;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The values that hold a secret. */
class ConfidentialValuesTest {
  private static byte[] bytes(String text) {
    return Arrays.copyOf(text.getBytes(StandardCharsets.UTF_8), EncryptionKey.BYTES);
  }

  @Test
  void one_equals_the_same_and_no_other_and_neither_text_nor_hash_disclose_it() {
    assertConfidential(ConfidentialText::new);
    assertConfidential(text -> new EncryptionKey(bytes(text)));
  }

  private static void assertConfidential(Function<String, Object> type) {
    var value = type.apply("s3cr3t");
    var other = type.apply("s3cr3t ");
    assertThat(value).hasToString("***").isEqualTo(type.apply("s3cr3t")).isNotEqualTo(other);
    assertThat(value).isNotEqualTo(null).hasSameHashCodeAs(other);
  }

  @ParameterizedTest
  @ValueSource(classes = {ConfidentialText.class, EncryptionKey.class})
  void one_gives_its_content_by_one_way_alone(Class<?> type) {
    assertThat(Arrays.stream(type.getMethods()))
        .filteredOn(method -> method.getDeclaringClass() == type)
        .extracting("name")
        .contains("reveal")
        .isSubsetOf("reveal", "digest", "size", "equals", "hashCode", "toString");
    assertThat(Arrays.stream(type.getDeclaredFields()))
        .filteredOn(field -> !Modifier.isStatic(field.getModifiers()))
        .allMatch(field -> Modifier.isPrivate(field.getModifiers()));
  }

  @Test
  void the_bytes_of_a_key_cannot_be_changed() {
    byte[] given = bytes("s3cr3t");
    EncryptionKey made = new EncryptionKey(given);
    given[0]++;
    made.reveal()[1]++;
    assertThat(made.reveal()).isEqualTo(bytes("s3cr3t"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 16, 31, 33})
  void a_key_of_another_length_is_refused(int length) {
    assertThatIllegalArgumentException().isThrownBy(() -> new EncryptionKey(new byte[length]));
  }
}
