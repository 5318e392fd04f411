package dev.kmsagent.emulator.identity;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.protocol.Wildcard;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The policy of a session, which limits what its role may read. Only statements that allow, without
 * conditions, are supported; a policy with others is refused, since it would not be applied.
 */
final class SessionPolicy {
  private static final String READING = "kms:GetSecretValue";
  private static final String RESOURCE_TYPE = ":secret/";
  private static final Set<String> KNOWN = Set.of("Effect", "Action", "Resource");

  private SessionPolicy() {}

  /** The secrets that the policy allows to read; all where there is no policy. */
  static Result<List<Wildcard>> read(Optional<String> document) {
    if (document.isEmpty()) {
      return Result.done(List.of(Wildcard.ANY));
    }
    return Result.of(statements(document.get()), IdentityErrors.POLICY_GRAMMAR)
        .filter(
            statements -> statements.stream().allMatch(SessionPolicy::isSupported),
            IdentityErrors.POLICY_GRAMMAR)
        .map(SessionPolicy::readable);
  }

  private static Optional<List<JsonElement>> statements(String document) {
    try {
      return JsonParser.parseString(document) instanceof JsonObject policy
              && policy.get("Statement") instanceof JsonArray statements
          ? Optional.of(statements.asList())
          : Optional.empty();
    } catch (JsonParseException _) {
      return Optional.empty();
    }
  }

  private static boolean isSupported(JsonElement element) {
    return element instanceof JsonObject statement
        && KNOWN.equals(statement.keySet())
        && texts(statement, "Effect").equals(List.of("Allow"))
        && !texts(statement, "Action").isEmpty()
        && !texts(statement, "Resource").isEmpty();
  }

  private static List<Wildcard> readable(List<JsonElement> statements) {
    return statements.stream()
        .map(JsonElement::getAsJsonObject)
        .filter(SessionPolicy::allowsReading)
        .flatMap(statement -> texts(statement, "Resource").stream())
        .flatMap(SessionPolicy::secrets)
        .toList();
  }

  private static boolean allowsReading(JsonObject statement) {
    return texts(statement, "Action").stream().map(Wildcard::new).anyMatch(a -> a.matches(READING));
  }

  /** The secrets that a resource matches. */
  private static Stream<Wildcard> secrets(String resource) {
    int mark = resource.indexOf(RESOURCE_TYPE);
    if (mark >= 0) {
      return Stream.of(new Wildcard(resource.substring(mark + RESOURCE_TYPE.length())));
    }
    return resource.equals("*") || resource.matches("acs:kms:[^:]*:[^:]*:\\*")
        ? Stream.of(Wildcard.ANY)
        : Stream.empty();
  }

  /** The strings of a field that holds one or an array of them; else none. */
  private static List<String> texts(JsonObject object, String name) {
    return switch (object.get(name)) {
      case JsonPrimitive text -> List.of(text.getAsString());
      case JsonArray array when array.asList().stream().allMatch(JsonElement::isJsonPrimitive) ->
          array.asList().stream().map(JsonElement::getAsString).toList();
      case null, default -> List.of();
    };
  }
}
