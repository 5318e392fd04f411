package dev.kmsagent.config.loading;

import dev.kmsagent.config.EncryptionKey;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** A key of encryption in base64, or a new one and an old one. */
final class EncryptionKeys {
  private static final int MOST = 2;

  static final Shape<List<EncryptionKey>> SHAPE =
      new Shape<>(
          Form.TEXT_OR_LIST,
          EncryptionKey.BYTES + " bytes in base64, or a list of a new and an old key",
          true,
          EncryptionKeys::read,
          List::toString);

  private EncryptionKeys() {}

  private static Reading<List<EncryptionKey>> read(Raw raw) {
    return texts(raw).then(EncryptionKeys::keys).then(EncryptionKeys::different);
  }

  private static Reading<List<String>> texts(Raw raw) {
    return raw instanceof Raw.Text(String content)
        ? new Reading.Good<>(List.of(content))
        : Shapes.texts(raw, Form.TEXT_OR_LIST);
  }

  private static Reading<List<EncryptionKey>> keys(List<String> texts) {
    if (texts.isEmpty()) {
      return new Reading.Bad<>("is empty");
    }
    if (texts.size() > MOST) {
      return new Reading.Bad<>("has too many items");
    }
    List<EncryptionKey> keys = texts.stream().flatMap(text -> key(text).stream()).toList();
    return keys.size() == texts.size()
        ? new Reading.Good<>(keys)
        : new Reading.Bad<>("is not " + EncryptionKey.BYTES + " bytes in base64");
  }

  /** Takes the one way to write a key down, so that a slip does not become another key. */
  private static Optional<EncryptionKey> key(String text) {
    try {
      byte[] content = Base64.getDecoder().decode(text);
      return content.length == EncryptionKey.BYTES
              && Base64.getEncoder().encodeToString(content).equals(text)
          ? Optional.of(new EncryptionKey(content))
          : Optional.empty();
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
  }

  private static Reading<List<EncryptionKey>> different(List<EncryptionKey> keys) {
    return keys.stream().distinct().count() == keys.size()
        ? new Reading.Good<>(keys)
        : new Reading.Bad<>("has the same key twice");
  }
}
