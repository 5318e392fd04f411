package dev.kmsagent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.Serializable;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncryptionKeyTest {
  private final EncryptionKey key = new EncryptionKey(bytes("s3cr3t"));

  private static byte[] bytes(String text) {
    return Arrays.copyOf(text.getBytes(StandardCharsets.UTF_8), EncryptionKey.BYTES);
  }

  @Test
  void it_shows_asterisks() {
    assertThat(key).hasToString("***");
    assertThat(List.of(key)).hasToString("[***]");
  }

  @Test
  void it_gives_the_bytes_by_one_way_alone() {
    assertThat(key.reveal()).isEqualTo(bytes("s3cr3t"));
    assertThat(Arrays.stream(EncryptionKey.class.getMethods()))
        .filteredOn(method -> method.getDeclaringClass() == EncryptionKey.class)
        .extracting("name")
        .containsExactlyInAnyOrder("reveal", "equals", "hashCode", "toString");
    assertThat(Arrays.stream(EncryptionKey.class.getDeclaredFields()))
        .filteredOn(field -> !Modifier.isStatic(field.getModifiers()))
        .allMatch(field -> Modifier.isPrivate(field.getModifiers()));
  }

  @Test
  void nobody_changes_its_bytes() {
    byte[] given = bytes("s3cr3t");
    EncryptionKey made = new EncryptionKey(given);

    given[0]++;
    made.reveal()[1]++;

    assertThat(made).isEqualTo(key);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 16, 31, 33})
  void another_length_is_refused(int length) {
    assertThatIllegalArgumentException().isThrownBy(() -> new EncryptionKey(new byte[length]));
  }

  @Test
  void it_equals_the_same_bytes_and_no_other() {
    assertThat(key)
        .isEqualTo(new EncryptionKey(bytes("s3cr3t")))
        .isNotEqualTo(new EncryptionKey(bytes("s3cr3t ")))
        .isNotEqualTo(null);
  }

  @Test
  void its_hash_discloses_nothing() {
    assertThat(key).hasSameHashCodeAs(new EncryptionKey(bytes("another")));
  }

  @Test
  void it_cannot_be_serialised() {
    assertThat(Serializable.class.isAssignableFrom(EncryptionKey.class)).isFalse();
  }
}
