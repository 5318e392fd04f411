package dev.kmsagent.emulator.kms;

import dev.kmsagent.emulator.protocol.Result;
import java.util.Optional;

/** Which version of a secret is meant. */
public sealed interface VersionSelector {

  /** The version that carries a stage. */
  record ByStage(String stage) implements VersionSelector {}

  /** The version of an id. */
  record ById(String versionId) implements VersionSelector {}

  /** The version of an id, if it carries a stage. */
  record ByBoth(String versionId, String stage) implements VersionSelector {}

  /** What a request means that names some of both: with neither, the current version. */
  static VersionSelector of(Optional<String> versionId, Optional<String> stage) {
    if (versionId.isEmpty()) {
      return new ByStage(stage.orElse(SecretVersion.CURRENT));
    }
    return stage
        .<VersionSelector>map(named -> new ByBoth(versionId.get(), named))
        .orElseGet(() -> new ById(versionId.get()));
  }

  /** The version meant, or that there is no such thing. */
  default Result<SecretVersion> select(Secret secret) {
    Optional<SecretVersion> found =
        switch (this) {
          case ByStage(var stage) -> secret.versions().byStage(stage);
          case ById(var id) -> secret.versions().byId(id);
          case ByBoth(var id, var stage) ->
              secret.versions().byId(id).filter(version -> version.stages().contains(stage));
        };
    return found
        .<Result<SecretVersion>>map(Result.Done::new)
        .orElseGet(() -> new Result.Refused<>(SecretErrors.notFound()));
  }
}
