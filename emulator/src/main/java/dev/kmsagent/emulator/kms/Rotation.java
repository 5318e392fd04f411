package dev.kmsagent.emulator.kms;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonSyntaxException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The version that a rotation adds to a secret: the next id, and a value that shows its number. */
record Rotation(String versionId, StoredValue value) {
  private static final Pattern NUMBERED = Pattern.compile("v(\\d{1,9})");
  private static final Pattern MARK = Pattern.compile("#\\d+$");

  static Rotation of(StoredSecret secret) {
    int number = 1 + secret.versions().all().stream().mapToInt(Rotation::number).max().orElse(0);
    StoredValue before = secret.versions().byStage(StoredVersion.CURRENT).orElseThrow().value();
    return new Rotation("v" + number, next(before, number));
  }

  private static int number(StoredVersion version) {
    Matcher id = NUMBERED.matcher(version.id());
    return id.matches() ? Integer.parseInt(id.group(1)) : 0;
  }

  private static StoredValue next(StoredValue before, int number) {
    return switch (before.type()) {
      case TEXT -> StoredValue.text(nextText(before.data(), number));
      case BINARY -> {
        String bytes = new String(Base64.getDecoder().decode(before.data()), ISO_8859_1);
        yield StoredValue.binary(marked(bytes, number).getBytes(ISO_8859_1));
      }
    };
  }

  private static String nextText(String text, int number) {
    try {
      if (JsonParser.parseString(text) instanceof JsonObject json) {
        json.addProperty("rotation", number);
        return json.toString();
      }
    } catch (JsonSyntaxException _) {
      // A text that is no JSON gets a mark, as every other text does.
    }
    return marked(text, number);
  }

  private static String marked(String text, int number) {
    return MARK.matcher(text).replaceFirst("") + "#" + number;
  }
}
