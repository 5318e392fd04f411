package dev.kmsagent.adapters.http.request;

import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.VersionId;
import dev.kmsagent.domain.VersionSelector;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads requests for secrets. Pure: it sees the raw target and nothing else. */
public final class SecretRequestParser {
  private final Function<String, Stage> stages;

  /** Takes the dialect's spelling of stages. */
  public SecretRequestParser(Function<String, Stage> stages) {
    this.stages = stages;
  }

  /** A request whose query names the secret. */
  public Parsed<SecretRequest> named(@Nullable String rawQuery) {
    return Parameters.parse(rawQuery)
        .then(
            parameters ->
                parameters
                    .value(Parameter.SECRET_ID)
                    .map(id -> request(id, parameters))
                    .orElseGet(() -> new Parsed.Bad<>("secretId is missing")));
  }

  /** A request whose path ends in the secret's name. */
  public Parsed<SecretRequest> pathNamed(String rawId, @Nullable String rawQuery) {
    return Parameter.SECRET_ID
        .read(rawId, PercentDecoding.PATH)
        .then(id -> Parameters.parse(rawQuery).then(parameters -> pathNamed(id, parameters)));
  }

  private Parsed<SecretRequest> pathNamed(String id, Parameters parameters) {
    return parameters.value(Parameter.SECRET_ID).isEmpty()
        ? request(id, parameters)
        : new Parsed.Bad<>("secretId is in the path already");
  }

  private Parsed<SecretRequest> request(String id, Parameters parameters) {
    var query = new SecretQuery(new SecretName(id), version(parameters));
    return mode(parameters).then(mode -> new Parsed.Good<>(new SecretRequest(query, mode)));
  }

  private VersionSelector version(Parameters parameters) {
    var stage = parameters.value(Parameter.VERSION_STAGE).map(stages);
    var id = parameters.value(Parameter.VERSION_ID).map(VersionId::new);
    return id.map(known -> version(known, stage))
        .or(() -> stage.map(VersionSelector.ByStage::new))
        .orElse(VersionSelector.CURRENT);
  }

  private static VersionSelector version(VersionId id, Optional<Stage> stage) {
    return stage
        .<VersionSelector>map(named -> new VersionSelector.ByIdAndStage(id, named))
        .orElseGet(() -> new VersionSelector.ById(id));
  }

  private static Parsed<ReadMode> mode(Parameters parameters) {
    var refreshNow = parameters.value(Parameter.REFRESH_NOW).orElse("false");
    return switch (refreshNow.toLowerCase(Locale.ROOT)) {
      case "true", "1" -> new Parsed.Good<>(ReadMode.REFRESH_NOW);
      case "false", "0" -> new Parsed.Good<>(ReadMode.CACHED);
      default -> new Parsed.Bad<>("refreshNow must be true, false, 1 or 0");
    };
  }
}
