import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An answer. Its body may be a secret and is not printed.
 *
 * @param headers by name in lower case; of several fields, the last
 */
record Reply(int status, Map<String, String> headers, String body) {
  /** What a JSON text consists of; blanks aside. */
  private static final Pattern TOKEN =
      Pattern.compile("\"(?:[^\"\\\\]++|\\\\.)*+\"|[{}\\[\\],:]|[^\\s{}\\[\\],:\"]++");

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  /** Whether the request, or its client, was refused. */
  boolean isRefusal() {
    return status >= 400 && status < 500;
  }

  /** How the dialect calls the current version. */
  String stage() {
    return dialect().startsWith("AWS") ? "AWSCURRENT" : "ACSCurrent";
  }

  /** The dialect of an answer with a secret; empty if it is none that is known. */
  String dialect() {
    if (member(body, "SecretData").isPresent()) {
      return "KMS (ResponseType 0)";
    }
    if (value().isEmpty()) {
      return "";
    }
    return member(body, "data").isPresent()
        ? "Vault KV (ResponseType 2)"
        : "AWS Secrets Manager (ResponseType 1)";
  }

  /** The value in an answer with a secret, as the JSON that it is. */
  Optional<String> value() {
    return Stream.of("SecretData", "SecretString", "SecretBinary", "data")
        .flatMap(name -> member(body, name).stream())
        .map(value -> member(value, "data").orElse(value))
        .findFirst();
  }

  /** The id of the version in an answer with a secret; any text if there is none. */
  String version() {
    return member(body, "VersionId")
        .or(
            () ->
                member(body, "data")
                    .flatMap(data -> member(data, "metadata"))
                    .flatMap(metadata -> member(metadata, "custom_metadata"))
                    .flatMap(custom -> member(custom, "VersionId")))
        .orElse("conformance-none")
        .replace("\"", "");
  }

  /** A member of the object that {@code json} is, as it is written. */
  private static Optional<String> member(String json, String name) {
    var tokens = TOKEN.matcher(json);
    var previous = "";
    int depth = 0;
    int from = -1;
    while (tokens.find()) {
      var token = tokens.group();
      if (from >= 0 && depth == 1 && (token.equals(",") || token.equals("}"))) {
        return Optional.of(json.substring(from, tokens.start()).strip());
      }
      if (depth == 1 && token.equals(":") && previous.equals('"' + name + '"')) {
        from = tokens.end();
      }
      depth += token.equals("{") || token.equals("[") ? 1 : 0;
      depth -= token.equals("}") || token.equals("]") ? 1 : 0;
      previous = token;
    }
    return Optional.empty();
  }
}
