package dev.kmsagent.bootstrap.e2e;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;

/** Random text that stands for something confidential, and is recognised however it is written. */
record Marker(String text) {
  static Marker random() {
    return new Marker("canary" + UUID.randomUUID().toString().replace("-", ""));
  }

  byte[] bytes() {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Whether it stands in {@code output}: in clear, percent-encoded, in hexadecimal or base64. */
  boolean isIn(String output) {
    var lower = output.toLowerCase(Locale.ROOT);
    return lower.contains(text.toLowerCase(Locale.ROOT))
        || lower.contains(HexFormat.of().formatHex(bytes()))
        || lower.contains(HexFormat.of().withPrefix("%").formatHex(bytes()))
        || isInBase64(output.replace('-', '+').replace('_', '/'));
  }

  /** Base64 looks different by where in its text the marker begins; its ends depend on others. */
  private boolean isInBase64(String output) {
    for (var before = 0; before < 3; before++) {
      var encoded =
          Base64.getEncoder()
              .withoutPadding()
              .encodeToString(("x".repeat(before) + text).getBytes(StandardCharsets.UTF_8));
      if (output.contains(encoded.substring(4, encoded.length() - 4))) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return "***";
  }
}
