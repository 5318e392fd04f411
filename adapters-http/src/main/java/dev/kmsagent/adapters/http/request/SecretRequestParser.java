package dev.kmsagent.adapters.http.request;

import dev.kmsagent.domain.Parsed;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionSelector;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Parses the raw target of a request for a secret. Thread-safe.
 *
 * @param stages the spelling of stages in the dialect
 */
public record SecretRequestParser(Function<String, Stage> stages) {
  /** A system accepts one or two versions at a time. */
  private static final int MOST_REJECTED = 8;

  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

  /** The parameters of a query that are known, for a dialect that ignores others. */
  public static String known(@Nullable String rawQuery) {
    return Stream.of(Objects.requireNonNullElse(rawQuery, "").split("&", -1))
        .filter(Parameter::isKnown)
        .collect(Collectors.joining("&"));
  }

  /** A request whose query names the secret. */
  public Parsed<SecretRequest> named(@Nullable String rawQuery) {
    return Parameter.parse(rawQuery).then(this::request);
  }

  /** A request whose path ends in the secret's name. */
  public Parsed<SecretRequest> pathNamed(String rawId, @Nullable String rawQuery) {
    return Parameter.SECRET_ID
        .read(rawId, PercentDecoding.PATH)
        .then(id -> Parameter.parse(rawQuery).then(parameters -> pathNamed(id, parameters)));
  }

  private Parsed<SecretRequest> pathNamed(String id, Map<Parameter, String> parameters) {
    return parameters.putIfAbsent(Parameter.SECRET_ID, id) == null
        ? request(parameters)
        : new Parsed.Invalid<>("secretId is in the path already");
  }

  private Parsed<SecretRequest> request(Map<Parameter, String> parameters) {
    var id = parameters.get(Parameter.SECRET_ID);
    if (id == null) {
      return new Parsed.Invalid<>("secretId is missing");
    }
    var query = new SecretQuery(new SecretName(id), version(parameters));
    var field = parameters.get(Parameter.FIELD);
    var fields = field == null ? List.<String>of() : List.of(field);
    var request =
        mode(parameters)
            .then(
                mode ->
                    maxStale(parameters)
                        .then(
                            bound ->
                                new Parsed.Valid<>(
                                    new SecretRequest(
                                        query, mode, fields, false, bound, Set.of()))));
    var ids = parameters.get(Parameter.REJECTED);
    var checked = ids == null ? request : request.then(it -> withRejected(it, ids));
    var names = parameters.get(Parameter.FIELDS);
    return names == null ? checked : checked.then(it -> withFields(it, names));
  }

  /** Clients encode a comma that separates names as they encode one in a name. */
  private static Parsed<SecretRequest> withFields(SecretRequest request, String list) {
    if (!request.fields().isEmpty()) {
      return new Parsed.Invalid<>("field and fields cannot be given together");
    }
    var names = Stream.of(list.split(",", -1)).distinct().toList();
    return names.contains("") || names.contains(".")
        ? new Parsed.Invalid<>("fields takes names and commas only; field=. is the exact value")
        : new Parsed.Valid<>(request.withFields(names));
  }

  private static Parsed<SecretRequest> withRejected(SecretRequest request, String ids) {
    var rejected =
        Stream.of(ids.split(Parameter.SEPARATOR, -1))
            .map(VersionId::new)
            .collect(Collectors.toSet());
    if (rejected.size() > MOST_REJECTED) {
      return new Parsed.Invalid<>("rejected is given more than " + MOST_REJECTED + " times");
    }
    return request.isForCurrent() && request.mode() == ReadMode.CACHED
        ? new Parsed.Valid<>(request.without(rejected))
        : new Parsed.Invalid<>(
            "rejected is for the version in use: without versionId, versionStage and refreshNow");
  }

  private static Parsed<Duration> maxStale(Map<Parameter, String> parameters) {
    var seconds = parameters.get(Parameter.MAX_STALE);
    if (seconds == null) {
      return new Parsed.Valid<>(SecretRequest.AS_CONFIGURED);
    }
    return SECONDS.matcher(seconds).matches()
        ? new Parsed.Valid<>(Duration.ofSeconds(Long.parseLong(seconds)))
        : new Parsed.Invalid<>("maxStale must be a number of seconds of 1 to 9 digits");
  }

  private VersionSelector version(Map<Parameter, String> parameters) {
    var id = parameters.get(Parameter.VERSION_ID);
    var stage = parameters.get(Parameter.VERSION_STAGE);
    return id == null && stage == null
        ? VersionSelector.CURRENT
        : new VersionSelector(
            Optional.ofNullable(id).map(VersionId::new), Optional.ofNullable(stage).map(stages));
  }

  private static Parsed<ReadMode> mode(Map<Parameter, String> parameters) {
    var refreshNow = parameters.getOrDefault(Parameter.REFRESH_NOW, "false");
    return switch (refreshNow.toLowerCase(Locale.ROOT)) {
      case "true", "1" -> new Parsed.Valid<>(ReadMode.REFRESH_NOW);
      case "false", "0" -> new Parsed.Valid<>(ReadMode.CACHED);
      default -> new Parsed.Invalid<>("refreshNow must be true, false, 1 or 0");
    };
  }
}
