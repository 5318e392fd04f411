package dev.kmsagent.adapters.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.kmsagent.adapters.files.FileRenderer.Rendered.Done;
import dev.kmsagent.adapters.files.FileRenderer.Rendered.Failed;
import dev.kmsagent.config.FilesConfig.Encoding;
import dev.kmsagent.config.FilesConfig.FileEntry;
import dev.kmsagent.config.FilesConfig.Literal;
import dev.kmsagent.config.FilesConfig.Value;
import dev.kmsagent.domain.DataType;
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

  /** What became of a file, or of a piece of it. */
  sealed interface Rendered {
    /** Its content: a secret in clear, which {@code toString} does not show. */
    final class Done implements Rendered {
      private final byte[] bytes;

      Done(byte[] bytes) {
        this.bytes = bytes;
      }

      byte[] bytes() {
        return bytes;
      }
    }

    /**
     * It cannot be made from these secrets.
     *
     * @param reason names the secret and the field, and quotes no value
     */
    record Failed(String reason) implements Rendered {}
  }

  /** A file, given its secrets by the names that it has for them. */
  Rendered render(FileEntry file, Map<String, SecretContent> secrets) {
    var content = new ByteArrayOutputStream();
    for (var piece : file.pieces()) {
      var rendered =
          piece instanceof Value value
              ? render(value, requireNonNull(secrets.get(value.name())))
              : done(((Literal) piece).text());
      if (!(rendered instanceof Done done)) {
        return rendered;
      }
      content.writeBytes(done.bytes());
    }
    return new Done(content.toByteArray());
  }

  private Rendered render(Value value, SecretContent secret) {
    var isOfFields =
        value.encoding() == Encoding.ALL_PROPERTIES || value.encoding() == Encoding.ALL_ENV;
    if (!isOfFields && value.field().isEmpty()) {
      return whole(value, secret);
    }
    var fields = parser.fields(secret);
    if (fields.isEmpty()) {
      return new Failed(value.name() + " is no JSON object, and so has no fields");
    }
    return isOfFields ? all(value, fields.get()) : field(value, fields.get());
  }

  private static Rendered whole(Value value, SecretContent secret) {
    var content = secret.value().reveal();
    if (secret.type() == DataType.TEXT) {
      return encoded(value, content.getBytes(UTF_8));
    }
    if (!OF_BYTES.contains(value.encoding())) {
      return new Failed(value.name() + " is binary data: write it as raw, url or base64");
    }
    try {
      return encoded(value, Base64.getDecoder().decode(content));
    } catch (IllegalArgumentException malformed) {
      return new Failed(value.name() + " is binary data that KMS did not give in base64");
    }
  }

  private static Rendered field(Value value, Map<String, String> fields) {
    var name = value.field().orElseThrow();
    var content = fields.get(name);
    return content == null
        ? new Failed("%s has no field %s".formatted(value.name(), name))
        : encoded(value, content.getBytes(UTF_8));
  }

  private static Rendered encoded(Value value, byte[] content) {
    var text = new String(content, UTF_8);
    return switch (value.encoding()) {
      case RAW -> new Done(content);
      case PROPERTIES -> done(TextEncodings.properties(text));
      case JSON -> done(TextEncodings.json(text));
      case SHELL ->
          text.contains("\0")
              ? new Failed(value.name() + " has a NUL character, which sh cannot read")
              : done(TextEncodings.shell(text));
      case URL -> done(TextEncodings.url(content));
      case BASE64 -> new Done(Base64.getEncoder().encode(content));
      case ALL_PROPERTIES, ALL_ENV -> throw new IllegalArgumentException("not for one value");
    };
  }

  private static Rendered all(Value value, Map<String, String> fields) {
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
    return done(lines.toString());
  }

  private static Rendered done(String text) {
    return new Done(text.getBytes(UTF_8));
  }

  private static Rendered failed(Value value, String field, String reason) {
    var name = field.substring(0, Math.min(field.length(), LONGEST));
    return new Failed("the field %s of %s %s".formatted(name, value.name(), reason));
  }
}
