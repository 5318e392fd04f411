package dev.kmsagent.adapters.http.vault;

import dev.kmsagent.adapters.http.request.Admission;
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

  /** Parses a query in which {@code list} and {@code version} are Vault's. */
  static Parsed<VaultQuery> parse(@Nullable String query) {
    if (query == null) {
      return new Parsed.Good<>(NONE);
    }
    var pieces = new ArrayList<>(List.of(query.split("&", -1)));
    return take("list", "false", pieces)
        .then(list -> take("version", "0", pieces).then(version -> of(list, version, pieces)));
  }

  /** Removes a parameter, which may be given once, and gives its value. */
  private static Parsed<String> take(String name, String otherwise, List<String> pieces) {
    var given = pieces.stream().filter(piece -> piece.startsWith(name + '=')).toList();
    pieces.removeAll(given);
    if (given.isEmpty()) {
      return new Parsed.Good<>(otherwise);
    }
    return given.size() == 1
        ? new Parsed.Good<>(given.getFirst().substring(name.length() + 1))
        : new Parsed.Bad<>(name + " is given more than once");
  }

  private static Parsed<VaultQuery> of(String list, String version, List<String> rest) {
    if (!WHOLE.matcher(version).matches()) {
      return new Parsed.Bad<>("version must be a whole number");
    }
    if (!TRUE.contains(list) && !FALSE.contains(list)) {
      return new Parsed.Bad<>("list must be true or false");
    }
    var number = Math.max(0, Long.parseLong(version));
    var others = rest.isEmpty() ? null : String.join("&", rest);
    return new Parsed.Good<>(new VaultQuery(TRUE.contains(list), number, others));
  }

  /** Admits to the version that is asked for, of the secret that {@code request} names. */
  Admission select(SecretRequest request) {
    if (version == 0) {
      return new Admission.ToSecret(request);
    }
    return request.query().isForCurrent()
        ? new Admission.ToVersion(request, version)
        : Admission.invalid("version cannot be given with versionId or versionStage");
  }
}
