package dev.kmsagent.adapters.http.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.SecretValue;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every dialect reads its own answers, and none reads another's. */
class DialectsTest {
  private static void assertReadBack(ResponseType type, DataType dataType, String value) {
    var body = Fixtures.json(Dialects.of(type).secret(Fixtures.full(dataType, value)));
    assertThat(Dialects.all().map(dialect -> dialect.value(body)).flatMap(Optional::stream))
        .containsExactly(new Dialect.Value(dataType, SecretValue.of(value)));
  }

  @ParameterizedTest
  @EnumSource
  void binary_data_is_read_as_base64(ResponseType type) {
    assertReadBack(type, DataType.BINARY, "AAEC");
  }

  @ParameterizedTest
  @EnumSource
  void text_is_read_as_it_was(ResponseType type) {
    assertReadBack(type, DataType.TEXT, "pä\"ss");
    assertReadBack(type, DataType.TEXT, "{\"user\":\"u\",\"port\":5432}");
    assertReadBack(type, DataType.TEXT, "{\"value\":5}");
  }

  @ParameterizedTest
  @EnumSource
  void a_problem_is_a_code_and_a_message(ResponseType type) {
    var body = Fixtures.json(Dialects.of(type).failure(Failure.noSuchPath(), "ours-1"));
    assertThat(Dialects.all().map(dialect -> dialect.problem(body)).flatMap(Optional::stream))
        .containsExactly("InvalidPath: there is nothing at this path");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"data\":\"x\"}", "{\"data\":{\"data\":[]}}"})
  void another_object_holds_no_value(String other) {
    var body = Fixtures.json(other.getBytes(StandardCharsets.UTF_8));
    assertThat(Dialects.all().map(dialect -> dialect.value(body))).allMatch(Optional::isEmpty);
  }
}
