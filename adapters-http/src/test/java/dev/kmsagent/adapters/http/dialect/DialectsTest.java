package dev.kmsagent.adapters.http.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.domain.DataType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every dialect reads its own answers back. */
class DialectsTest {
  private static void assertReadBack(ResponseType type, DataType dataType, String value) {
    var dialect = Dialects.of(type);
    var body = Fixtures.text(dialect.secret(Fixtures.full(dataType, value)));
    var read = dialect.value(body);
    assertThat(read.content().reveal()).isEqualTo(value);
    assertThat(read.type()).isEqualTo(dataType);
    assertThat(read.created()).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void binary_data_is_read_as_base64(ResponseType type) {
    assertReadBack(type, DataType.BINARY, "AAEC");
    assertReadBack(type, DataType.BINARY, "e30=");
  }

  @ParameterizedTest
  @EnumSource
  void text_is_read_byte_for_byte(ResponseType type) {
    for (var text :
        List.of(
            "",
            "pä\"ss\\\n",
            "{\"value\":5}",
            "{\"value\":\"x\"}",
            "x",
            " {\"a\" : 1.0, \"a\":[1e5 , {\"metadata\":{}}], \"b\":\"}\\\"\\\\\"} \r\n",
            "{\"a\":\"\\u00e4\\/\"}\n")) {
      assertReadBack(type, DataType.TEXT, text);
    }
  }

  @Property
  void any_text_is_read_byte_for_byte(@ForAll ResponseType type, @ForAll String any) {
    var text = new String(any.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    assertReadBack(type, DataType.TEXT, text);
    assertReadBack(type, DataType.TEXT, object(text));
  }

  private static String object(String text) {
    return Fixtures.text(Json.object(json -> json.name(text).value(text)));
  }
}
