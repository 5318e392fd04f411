package dev.kmsagent.adapters.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.kmsagent.config.FilesConfig.Encoding;
import dev.kmsagent.config.FilesConfig.FileEntry;
import dev.kmsagent.config.FilesConfig.Literal;
import dev.kmsagent.config.FilesConfig.Value;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Parsed;
import dev.kmsagent.domain.Parsed.Invalid;
import dev.kmsagent.domain.Parsed.Valid;
import dev.kmsagent.domain.SecretContent;
import dev.kmsagent.domain.port.out.SecretParser;
import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes the content of files from secrets. Thread-safe. */
record FileRenderer(SecretParser parser) {
  /** Those of binary data. */
  private static final Set<Encoding> OF_BYTES =
      EnumSet.of(Encoding.RAW, Encoding.URL, Encoding.BASE64);

  private static final String VARIABLE = "[A-Za-z_][A-Za-z0-9_]*";

  /** Longer names of fields are cut in messages. */
  private static final int LONGEST = 80;

  /**
   * The content of a file, given its secrets by the names that it has for them. What is wrong names
   * the secret and the field, and quotes no value.
   */
  Parsed<byte[]> render(FileEntry file, Map<String, SecretContent> secrets) {
    var content = new ByteArrayOutputStream();
    for (var piece : file.pieces()) {
      var rendered =
          piece instanceof Value value
              ? render(value, requireNonNull(secrets.get(value.name())))
              : utf8(((Literal) piece).text());
      if (!(rendered instanceof Valid<byte[]>(var bytes))) {
        return rendered;
      }
      content.writeBytes(bytes);
    }
    return new Valid<>(content.toByteArray());
  }

  private Parsed<byte[]> render(Value value, SecretContent secret) {
    var isOfFields =
        value.encoding() == Encoding.ALL_PROPERTIES || value.encoding() == Encoding.ALL_ENV;
    if (!isOfFields && value.field().isEmpty()) {
      return whole(value, secret);
    }
    var fields = parser.fields(secret);
    if (fields.isEmpty()) {
      return new Invalid<>(value.name() + " is no JSON object, and so has no fields");
    }
    return isOfFields ? all(value, fields.get()) : field(value, fields.get());
  }

  private static Parsed<byte[]> whole(Value value, SecretContent secret) {
    var content = secret.value().reveal();
    if (secret.type() == DataType.TEXT) {
      return encoded(value, content.getBytes(UTF_8));
    }
    if (!OF_BYTES.contains(value.encoding())) {
      return new Invalid<>(value.name() + " is binary data: write it as raw, url or base64");
    }
    try {
      return encoded(value, Base64.getDecoder().decode(content));
    } catch (IllegalArgumentException malformed) {
      return new Invalid<>(value.name() + " is binary data that KMS did not give in base64");
    }
  }

  private static Parsed<byte[]> field(Value value, Map<String, String> fields) {
    var name = value.field().orElseThrow();
    var content = fields.get(name);
    return content == null
        ? new Invalid<>("%s has no field %s".formatted(value.name(), name))
        : encoded(value, content.getBytes(UTF_8));
  }

  private static Parsed<byte[]> encoded(Value value, byte[] content) {
    var text = new String(content, UTF_8);
    return switch (value.encoding()) {
      case RAW -> new Valid<>(content);
      case PROPERTIES -> utf8(TextEncodings.properties(text));
      case JSON -> utf8(TextEncodings.json(text));
      case SHELL ->
          text.contains("\0")
              ? new Invalid<>(value.name() + " has a NUL character, which sh cannot read")
              : utf8(TextEncodings.shell(text));
      case URL -> utf8(TextEncodings.url(content));
      case BASE64 -> new Valid<>(Base64.getEncoder().encode(content));
      case ALL_PROPERTIES, ALL_ENV -> throw new IllegalArgumentException("not for one value");
    };
  }

  private static Parsed<byte[]> all(Value value, Map<String, String> fields) {
    var isEnv = value.encoding() == Encoding.ALL_ENV;
    var lines = new StringBuilder();
    for (var field : fields.entrySet()) {
      var name = field.getKey();
      if (isEnv && !name.matches(VARIABLE)) {
        return failed(value, name, "is no name of a variable: letters, digits and _");
      }
      var content = field.getValue();
      var written =
          isEnv ? TextEncodings.env(content) : Optional.of(TextEncodings.properties(content));
      if (written.isEmpty()) {
        return failed(
            value,
            name,
            "has a control character, or a backslash and a newline, which sh and systemd do not read alike");
      }
      lines.append(TextEncodings.properties(name)).append('=').append(written.get()).append('\n');
    }
    return utf8(lines.toString());
  }

  private static Parsed<byte[]> utf8(String text) {
    return new Valid<>(text.getBytes(UTF_8));
  }

  private static Parsed<byte[]> failed(Value value, String field, String reason) {
    var name = field.substring(0, Math.min(field.length(), LONGEST));
    return new Invalid<>("the field %s of %s %s".formatted(name, value.name(), reason));
  }
}
