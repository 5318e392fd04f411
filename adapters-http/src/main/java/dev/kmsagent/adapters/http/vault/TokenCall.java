package dev.kmsagent.adapters.http.vault;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kmsagent.adapters.http.dialect.Json;
import dev.kmsagent.adapters.http.request.Parsed;
import dev.kmsagent.config.ConfidentialText;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The body of a call about a token.
 *
 * @param token that it names
 * @param paths that it names, in an array or in one text with commas
 */
record TokenCall(Optional<ConfidentialText> token, Set<String> paths) {
  private static final Pattern NOTHING = Pattern.compile("\\s*(null\\s*)?");

  /** No body, and {@code null}, name nothing. */
  static Parsed<TokenCall> parse(String body) {
    return Json.parse(NOTHING.matcher(body).matches() ? "{}" : body)
        .<Parsed<TokenCall>>map(json -> new Parsed.Good<>(of(json)))
        .orElseGet(() -> new Parsed.Bad<>("the body must be a JSON object"));
  }

  /** Vault takes the paths by either name. */
  private static TokenCall of(JsonObject body) {
    var paths = body.has("paths") ? body.get("paths") : body.get("path");
    return new TokenCall(
        Json.text(body, "token").map(ConfidentialText::new),
        Stream.ofNullable(paths)
            .flatMap(it -> it.isJsonArray() ? it.getAsJsonArray().asList().stream() : Stream.of(it))
            .filter(JsonElement::isJsonPrimitive)
            .flatMap(path -> Stream.of(path.getAsString().split(",", -1)))
            .filter(path -> !path.isBlank())
            .collect(Collectors.toCollection(LinkedHashSet::new)));
  }

  /** Whether it names no other token than this. */
  boolean isAbout(ConfidentialText own) {
    return token.isEmpty() || own.equals(token.get());
  }
}
