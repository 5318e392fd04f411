package dev.kmsagent.adapters.http.vault;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import dev.kmsagent.adapters.http.dialect.JsonText;
import dev.kmsagent.adapters.http.request.Parsed;
import dev.kmsagent.config.ConfidentialText;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The body of a call about a token, which may name the token. */
record TokenCall(JsonText body) {
  private static final Pattern NOTHING = Pattern.compile("\\s*(null\\s*)?");

  /** No body, and {@code null}, name nothing. */
  static Parsed<TokenCall> parse(String body) {
    return JsonText.object(NOTHING.matcher(body).matches() ? "{}" : body)
        .<Parsed<TokenCall>>map(json -> new Parsed.Good<>(new TokenCall(json)))
        .orElseGet(() -> new Parsed.Bad<>("the body must be a JSON object"));
  }

  /** Whether it names no other token than this. */
  boolean isAbout(ConfidentialText token) {
    return body.member("token").filter(named -> !named.isNull()).stream()
        .allMatch(named -> token.equals(new ConfidentialText(named.plain())));
  }

  /** The texts of {@code paths}, else of {@code path}: an array, or one text with commas. */
  Set<String> paths() {
    return body.member("paths").or(() -> body.member("path")).stream()
        .map(paths -> JsonParser.parseString(paths.text()))
        .flatMap(
            paths ->
                paths.isJsonArray() ? paths.getAsJsonArray().asList().stream() : Stream.of(paths))
        .filter(JsonElement::isJsonPrimitive)
        .flatMap(paths -> Stream.of(paths.getAsString().split(",", -1)))
        .filter(path -> !path.isBlank())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
