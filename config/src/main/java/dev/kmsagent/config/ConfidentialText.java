package dev.kmsagent.config;

import dev.kmsagent.config.schema.ValueType;
import dev.kmsagent.config.schema.ValueTypes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * A secret of the configuration. It shows {@code ***}, compares in constant time, cannot be
 * serialised, and is read by {@link #reveal} alone.
 */
public final class ConfidentialText {
  private final String content;

  public ConfidentialText(String content) {
    this.content = content;
  }

  static ValueType<ConfidentialText> type() {
    return ValueTypes.confidential(ConfidentialText::new);
  }

  /** The secret itself, for the one place that must hand it on. */
  public String reveal() {
    return content;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ConfidentialText that && MessageDigest.isEqual(bytes(), that.bytes());
  }

  /** The same for every secret, so that it discloses nothing about one. */
  @Override
  public int hashCode() {
    return ConfidentialText.class.hashCode();
  }

  @Override
  public String toString() {
    return "***";
  }

  private byte[] bytes() {
    return content.getBytes(StandardCharsets.UTF_8);
  }
}
