package dev.kmsagent.adapters.files;

import com.google.gson.JsonParser;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.DataType;
import dev.kmsagent.domain.Representation;
import dev.kmsagent.domain.SecretContent;
import dev.kmsagent.domain.port.out.SecretParser;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads a value that is rendered as it is, and its fields where it is an object. */
final class FakeParser implements SecretParser {
  @Override
  public SecretContent parse(Representation representation) {
    var text = StandardCharsets.UTF_8.decode(representation.body()).toString();
    return new SecretContent(DataType.TEXT, new ConfidentialText(text));
  }

  @Override
  public Optional<Map<String, String>> fields(SecretContent content) {
    if (!content.value().reveal().startsWith("{")) {
      return Optional.empty();
    }
    var fields = new LinkedHashMap<String, String>();
    JsonParser.parseString(content.value().reveal())
        .getAsJsonObject()
        .asMap()
        .forEach((name, value) -> fields.put(name, value.getAsString()));
    return Optional.of(fields);
  }
}
