package dev.kmsagent.emulator.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Map;

/** Texts among the resources of this package, with places for values: {@code {name}}. */
final class Template {
  private Template() {}

  static String read(String file) throws IOException {
    try (var in = Template.class.getResourceAsStream(file)) {
      return new String(requireNonNull(in, file).readAllBytes(), UTF_8);
    }
  }

  static String fill(String text, Map<String, String> values) {
    var filled = text;
    for (var value : values.entrySet()) {
      filled = filled.replace("{" + value.getKey() + "}", value.getValue());
    }
    return filled;
  }
}
