package dev.kmsagent.adapters.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.config.FilesConfig.Encoding;
import dev.kmsagent.config.FilesConfig.FileEntry;
import dev.kmsagent.config.FilesConfig.Literal;
import dev.kmsagent.config.FilesConfig.Piece;
import dev.kmsagent.config.FilesConfig.Value;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Parsed;
import dev.kmsagent.domain.SecretContent;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class FileRendererTest {
  private static final Path RESOURCES = Path.of("src/test/resources/dev/kmsagent/adapters/files");
  private static final byte[] BINARY = {0, (byte) 0xFF, 'a', '\n'};

  private final FileRenderer renderer = new FileRenderer(new FakeParser());

  private static SecretContent text(String value) {
    return new SecretContent(DataType.TEXT, new ConfidentialText(value));
  }

  private static SecretContent binary(byte[] bytes) {
    return new SecretContent(
        DataType.BINARY, new ConfidentialText(Base64.getEncoder().encodeToString(bytes)));
  }

  private static Value whole(Encoding encoding) {
    return new Value("s", Optional.empty(), encoding);
  }

  private static Value field(String name, Encoding encoding) {
    return new Value("s", Optional.of(name), encoding);
  }

  private Parsed<byte[]> render(SecretContent secret, Piece... pieces) {
    return renderer.render(new FileEntry("file", List.of(pieces)), Map.of("s", secret));
  }

  private byte[] bytes(SecretContent secret, Piece... pieces) {
    return render(secret, pieces).fold(bytes -> bytes, _ -> new byte[] {-1});
  }

  private String written(SecretContent secret, Piece... pieces) {
    return new String(bytes(secret, pieces), UTF_8);
  }

  private String reason(SecretContent secret, Piece piece) {
    return render(secret, piece).fold(_ -> "done", reason -> reason);
  }

  @Test
  void a_text_is_written_as_utf_8_and_binary_data_as_it_is() {
    assertThat(written(text("pä\n"), whole(Encoding.RAW))).isEqualTo("pä\n");
    assertThat(bytes(binary(BINARY), whole(Encoding.RAW))).isEqualTo(BINARY);
  }

  @Test
  void values_stand_between_literal_texts() {
    var secrets = Map.of("a", text("{\"x\":1}"), "b", text("two"));
    var entry =
        new FileEntry(
            "file",
            List.of(
                new Literal("<"),
                new Value("a", Optional.of("x"), Encoding.RAW),
                new Literal("="),
                new Value("b", Optional.empty(), Encoding.RAW),
                new Literal(">")));
    assertThat(renderer.render(entry, secrets).map(bytes -> new String(bytes, UTF_8)))
        .isEqualTo(new Parsed.Valid<>("<1=two>"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      textBlock =
          """
          RAW, a'b"c é
          PROPERTIES, a'b"c\\ \\u00e9
          JSON, "a'b\\"c \\u00e9"
          SHELL, 'a'\\''b"c é'
          URL, a%27b%22c%20%C3%A9
          BASE64, YSdiImMgw6k=
          """)
  void a_value_has_each_encoding(Encoding encoding, String written) {
    var value = "a'b\"c é";
    assertThat(written(text(value), whole(encoding))).isEqualTo(written);
    assertThat(written(text("{\"f\":\"a'b\\\"c é\"}"), field("f", encoding))).isEqualTo(written);
  }

  @ParameterizedTest
  @CsvSource({"URL, %00%FFa%0A", "BASE64, AP9hCg=="})
  void binary_data_has_the_encodings_of_bytes(Encoding encoding, String written) {
    assertThat(written(binary(BINARY), whole(encoding))).isEqualTo(written);
  }

  @ParameterizedTest
  @EnumSource(names = {"PROPERTIES", "JSON", "SHELL"})
  void binary_data_has_no_encoding_of_texts(Encoding encoding) {
    assertThat(reason(binary(BINARY), whole(encoding)))
        .isEqualTo("s is binary data: write it as raw, url or base64");
  }

  @Test
  void what_is_no_base64_is_no_binary_data() {
    var wrong = new SecretContent(DataType.BINARY, new ConfidentialText("hunter2!"));
    assertThat(reason(wrong, whole(Encoding.RAW)))
        .isEqualTo("s is binary data that KMS did not give in base64");
  }

  @Test
  void all_fields_are_written_as_properties() throws IOException {
    var properties = new Properties();
    properties.load(
        new StringReader(
            written(text("{\"a b\":\" x=y\",\"é\":2}"), whole(Encoding.ALL_PROPERTIES))));
    assertThat(properties).isEqualTo(Map.of("a b", " x=y", "é", "2"));
  }

  /** A booted host reads this file back, too. */
  @Test
  void all_fields_are_written_as_variables() throws IOException {
    var fields = text(Files.readString(RESOURCES.resolve("fields.json")));
    assertThat(written(fields, whole(Encoding.ALL_ENV)))
        .isEqualTo(Files.readString(RESOURCES.resolve("fields.env")));
  }

  @ParameterizedTest
  @EnumSource(names = {"ALL_PROPERTIES", "ALL_ENV"})
  void an_object_without_fields_is_an_empty_file(Encoding encoding) {
    assertThat(written(text("{}"), whole(encoding))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      textBlock =
          """
          a-b   | is no name of a variable: letters, digits and _
          1a    | is no name of a variable: letters, digits and _
          ``    | is no name of a variable: letters, digits and _
          good  | has a control character, or a backslash and a newline, which sh and systemd do not read alike
          """)
  void a_field_that_is_no_variable_is_named(String name, String reason) {
    assertThat(reason(text("{\"%s\":\"hunter2\\r\"}".formatted(name)), whole(Encoding.ALL_ENV)))
        .isEqualTo("the field " + name + " of s " + reason);
  }

  @Test
  void a_long_name_is_cut() {
    var object = text("{\"%s\":1}".formatted("a-".repeat(1000)));
    assertThat(reason(object, whole(Encoding.ALL_ENV))).hasSizeLessThan(200);
  }

  @Test
  void a_field_that_is_missing_is_named() {
    assertThat(reason(text("{\"x\":\"hunter2\"}"), field("y", Encoding.RAW)))
        .isEqualTo("s has no field y");
  }

  @Test
  void what_is_no_object_has_no_fields() {
    for (var piece : List.of(field("y", Encoding.RAW), whole(Encoding.ALL_ENV))) {
      assertThat(reason(text("hunter2"), piece))
          .isEqualTo("s is no JSON object, and so has no fields");
    }
  }

  @Test
  void a_nul_is_no_part_of_a_word_of_sh() {
    assertThat(reason(text("hunter2\0"), whole(Encoding.SHELL)))
        .isEqualTo("s has a NUL character, which sh cannot read");
  }

  @Test
  void content_is_not_printed() {
    assertThat(render(text("hunter2"), whole(Encoding.RAW)).toString()).doesNotContain("hunter2");
  }
}
