package dev.kmsagent.adapters.http.vault;

import dev.kmsagent.adapters.http.request.Parsed;
import dev.kmsagent.adapters.http.request.SecretRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The query of a request to Vault's API.
 *
 * @param version the number of a version; 0 is the current one
 * @param rest the parameters of the agent itself; null when there are none
 */
record VaultQuery(boolean isList, long version, @Nullable String rest) {
  private static final VaultQuery NONE = new VaultQuery(false, 0, null);
  private static final Pattern WHOLE = Pattern.compile("-?\\d{1,18}");
  private static final Set<String> TRUE = Set.of("1", "t", "T", "TRUE", "true", "True");
  private static final Set<String> FALSE = Set.of("0", "f", "F", "FALSE", "false", "False");

  /** What parameters of {@code sys/health} have in common that are a status. */
  private static final String CODE = "code";

  /** Parses a query in which {@code list} and {@code version} are Vault's. */
  static Parsed<VaultQuery> parse(@Nullable String query) {
    return query == null
        ? new Parsed.Good<>(NONE)
        : values("list", query)
            .then(lists -> values("version", query).then(versions -> of(query, lists, versions)));
  }

  private static Parsed<VaultQuery> of(String query, List<String> lists, List<String> versions) {
    if (!versions.stream().allMatch(WHOLE.asMatchPredicate())) {
      return new Parsed.Bad<>("version must be a whole number");
    }
    if (!lists.stream().allMatch(list -> TRUE.contains(list) || FALSE.contains(list))) {
      return new Parsed.Bad<>("list must be true or false");
    }
    return new Parsed.Good<>(
        new VaultQuery(
            lists.stream().anyMatch(TRUE::contains),
            versions.stream().mapToLong(VaultQuery::number).findFirst().orElse(0),
            rest(query)));
  }

  private static long number(String version) {
    return Math.max(0, Long.parseLong(version));
  }

  private static @Nullable String rest(String query) {
    var rest = new ArrayList<String>();
    for (var piece : query.split("&", -1)) {
      if (!piece.startsWith("list=") && !piece.startsWith("version=")) {
        rest.add(piece);
      }
    }
    return rest.isEmpty() ? null : String.join("&", rest);
  }

  /** The values of a parameter, which may be given once. */
  private static Parsed<List<String>> values(String name, String query) {
    var values = new ArrayList<String>();
    for (var piece : query.split("&", -1)) {
      if (piece.startsWith(name + '=')) {
        values.add(piece.substring(name.length() + 1));
      }
    }
    return values.size() > 1
        ? new Parsed.Bad<>(name + " is given more than once")
        : new Parsed.Good<>(values);
  }

  /** The version that is asked for, of the secret that {@code request} names. */
  Parsed<VaultRoute> select(SecretRequest request) {
    if (version == 0) {
      return new Parsed.Good<>(new VaultRoute.Read(request));
    }
    return request.query().isForCurrent()
        ? new Parsed.Good<>(new VaultRoute.Version(request, version))
        : new Parsed.Bad<>("version cannot be given with versionId or versionStage");
  }

  /** The status of {@code sys/health} with the codes that the query gives. */
  static Parsed<Integer> healthStatus(@Nullable String query, boolean isReady) {
    int status = isReady ? 200 : 503;
    for (var piece : query == null ? new String[0] : query.split("&", -1)) {
      int equals = piece.indexOf('=');
      var name = equals < 0 ? piece : piece.substring(0, equals);
      if (name.endsWith(CODE)) {
        var code = piece.substring(equals + 1);
        if (!code.matches("[2-5]\\d\\d")) {
          return new Parsed.Bad<>("a code of sys/health must be a status from 200 to 599");
        }
        status =
            name.equals(isReady ? "activecode" : "sealedcode") ? Integer.parseInt(code) : status;
      }
    }
    return new Parsed.Good<>(status);
  }
}
