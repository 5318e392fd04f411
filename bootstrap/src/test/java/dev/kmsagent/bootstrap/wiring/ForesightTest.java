package dev.kmsagent.bootstrap.wiring;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

final class ForesightTest {
  @ParameterizedTest
  @FieldSource("dev.kmsagent.bootstrap.wiring.Foresight#CLASSES")
  void what_it_names_is_there(String name) {
    assertThatCode(() -> Class.forName(name)).doesNotThrowAnyException();
  }
}
