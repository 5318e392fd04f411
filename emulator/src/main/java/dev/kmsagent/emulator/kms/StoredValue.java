package dev.kmsagent.emulator.kms;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.util.Base64;
import java.util.Locale;

/** A value as KMS returns it: text, or bytes in base64; hidden from every log and message. */
public record StoredValue(Type type, String data) {

  public StoredValue {
    requireNonNull(type);
    requireNonNull(data);
  }

  /** The types of values that KMS has. */
  public enum Type {
    /** Text, returned as it was stored. */
    TEXT,
    /** Bytes, stored and returned as base64. */
    BINARY;

    /** The name in the API. */
    String apiName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The limit of KMS in bytes: of a text in UTF-8, or of the base64 of bytes. */
  public static final int MAX_BYTES = 30_720;

  /** Whether it exceeds the limit of KMS. */
  public boolean tooLarge() {
    return data.getBytes(UTF_8).length > MAX_BYTES;
  }

  /** A text. */
  public static StoredValue text(String text) {
    return new StoredValue(Type.TEXT, text);
  }

  /** These bytes. */
  public static StoredValue binary(byte[] bytes) {
    return new StoredValue(Type.BINARY, Base64.getEncoder().encodeToString(bytes));
  }

  @Override
  public String toString() {
    return "***";
  }
}
