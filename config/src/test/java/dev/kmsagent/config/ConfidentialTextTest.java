package dev.kmsagent.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConfidentialTextTest {
  private final ConfidentialText text = new ConfidentialText("s3cr3t");

  @Test
  void it_shows_asterisks() {
    assertThat(text).hasToString("***");
    assertThat(new CredentialSource.AccessKey("LTAI5t", text, Optional.empty()).toString())
        .doesNotContain("s3cr3t");
  }

  @Test
  void it_gives_the_text_by_one_way_alone() {
    assertThat(text.reveal()).isEqualTo("s3cr3t");
    assertThat(Arrays.stream(ConfidentialText.class.getMethods()))
        .filteredOn(method -> method.getDeclaringClass() == ConfidentialText.class)
        .extracting("name")
        .containsExactlyInAnyOrder("reveal", "equals", "hashCode", "toString");
    assertThat(ConfidentialText.class.getDeclaredFields())
        .allMatch(field -> Modifier.isPrivate(field.getModifiers()));
  }

  @Test
  void it_equals_the_same_text_and_no_other() {
    assertThat(text)
        .isEqualTo(new ConfidentialText("s3cr3t"))
        .hasSameHashCodeAs(new ConfidentialText("s3cr3t"))
        .isNotEqualTo(new ConfidentialText("s3cr3t "))
        .isNotEqualTo(null);
  }

  @Test
  void its_hash_discloses_nothing() {
    assertThat(text).hasSameHashCodeAs(new ConfidentialText("another"));
  }

  @Test
  void it_cannot_be_serialised() {
    assertThat(Serializable.class.isAssignableFrom(ConfidentialText.class)).isFalse();
  }
}
