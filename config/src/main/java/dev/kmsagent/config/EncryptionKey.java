package dev.kmsagent.config;

import dev.kmsagent.config.schema.TomlValue;
import dev.kmsagent.config.schema.ValueType;
import dev.kmsagent.config.schema.ValueType.Allowed;
import dev.kmsagent.config.schema.ValueTypes;
import dev.kmsagent.domain.Parsed;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * 256 bits that seal what leaves the process, and open it again. It shows {@code ***}, compares in
 * constant time, cannot be serialised, and is read by {@link #reveal} alone.
 */
public final class EncryptionKey {
  /** How long each key is. */
  public static final int BYTES = 32;

  private static final String FORM =
      "%d bytes in base64 or %d hexadecimal digits".formatted(BYTES, 2 * BYTES);

  /** A new key and an old one. */
  private static final int MOST = 2;

  private final byte[] content;

  public EncryptionKey(byte[] content) {
    if (content.length != BYTES) {
      throw new IllegalArgumentException("%d bytes, not %d".formatted(BYTES, content.length));
    }
    this.content = content.clone();
  }

  /** The bytes of the key as a copy, for the one place that must hand them on. */
  public byte[] reveal() {
    return content.clone();
  }

  /** Of a list of keys: one in base64, or a new one and an old one. */
  static ValueType<List<EncryptionKey>> listType() {
    return new ValueType<>(
        TomlValue.Type.TEXT_OR_LIST,
        new Allowed.Phrase(FORM + ", or a list of a new and an old key"),
        true,
        value -> ValueTypes.texts(value, TomlValue.Type.TEXT_OR_LIST).then(EncryptionKey::parseAll),
        List::toString);
  }

  private static Parsed<List<EncryptionKey>> parseAll(List<String> texts) {
    return ValueTypes.each(texts, MOST, EncryptionKey::parse, "is not " + FORM)
        .then(
            keys ->
                ValueTypes.checked(
                    keys, all -> Set.copyOf(all).size() == all.size(), "has the same key twice"));
  }

  /** Accepts one way to write each down, so that a slip does not become another key. */
  private static Optional<EncryptionKey> parse(String text) {
    try {
      if (text.matches("[0-9a-f]{%d}".formatted(2 * BYTES))) {
        return Optional.of(new EncryptionKey(HexFormat.of().parseHex(text)));
      }
      var content = Base64.getDecoder().decode(text);
      return content.length == BYTES && Base64.getEncoder().encodeToString(content).equals(text)
          ? Optional.of(new EncryptionKey(content))
          : Optional.empty();
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EncryptionKey that && MessageDigest.isEqual(content, that.content);
  }

  /** The same for every key, so that it discloses nothing about one. */
  @Override
  public int hashCode() {
    return EncryptionKey.class.hashCode();
  }

  @Override
  public String toString() {
    return "***";
  }
}
