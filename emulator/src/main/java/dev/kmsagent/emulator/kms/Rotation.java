package dev.kmsagent.emulator.kms;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonSyntaxException;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a rotation makes of a secret: the next version's id, and a value in which one can see its
 * number.
 */
record Rotation(String versionId, SecretValue value) {
  private static final Pattern NUMBERED = Pattern.compile("v(\\d{1,9})");
  private static final Pattern MARK = Pattern.compile("#\\d+$");

  static Rotation of(Secret secret) {
    int number = 1 + secret.versions().all().stream().mapToInt(Rotation::number).max().orElse(0);
    SecretValue before = secret.versions().byStage(SecretVersion.CURRENT).orElseThrow().value();
    return new Rotation("v" + number, next(before, number));
  }

  private static int number(SecretVersion version) {
    Matcher id = NUMBERED.matcher(version.id());
    return id.matches() ? Integer.parseInt(id.group(1)) : 0;
  }

  private static SecretValue next(SecretValue before, int number) {
    return switch (before.type()) {
      case TEXT -> SecretValue.text(nextText(before.data(), number));
      case BINARY -> {
        String bytes = new String(Base64.getDecoder().decode(before.data()), ISO_8859_1);
        yield SecretValue.binary(marked(bytes, number).getBytes(ISO_8859_1));
      }
    };
  }

  private static String nextText(String text, int number) {
    return object(text)
        .map(
            json -> {
              json.addProperty("rotation", number);
              return json.toString();
            })
        .orElseGet(() -> marked(text, number));
  }

  private static Optional<JsonObject> object(String text) {
    try {
      return Optional.of(JsonParser.parseString(text))
          .filter(JsonElement::isJsonObject)
          .map(JsonElement::getAsJsonObject);
    } catch (JsonSyntaxException _) {
      return Optional.empty();
    }
  }

  private static String marked(String text, int number) {
    return MARK.matcher(text).replaceFirst("") + "#" + number;
  }
}
