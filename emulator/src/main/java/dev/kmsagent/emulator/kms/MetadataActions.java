package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The actions that change what describes a secret, and none of its versions. */
final class MetadataActions {
  private static final int MAX_TAGS = 10;
  private static final String TAG_NAMES = "TagKeys";

  private final SecretStore store;

  MetadataActions(SecretStore store) {
    this.store = store;
  }

  /** Changes the description. */
  Result<JsonObject> updateSecret(Parameters parameters) {
    Optional<String> description = parameters.get("Description");
    return SecretParameters.withoutExtendedConfig(parameters)
        .then(
            _ ->
                store.changeMetadata(
                    parameters.secretName(),
                    metadata ->
                        Result.done(
                            metadata.withDescription(description.orElse(metadata.description())))))
        .map(secret -> SecretJson.named(secret.name()));
  }

  /** Adds tags, in place of those with the same keys. */
  Result<JsonObject> tagResource(Parameters parameters) {
    return SecretParameters.tags(parameters)
        .then(added -> changeTags(parameters, tags -> tags.putAll(added)));
  }

  /** Removes the tags with these keys. */
  Result<JsonObject> untagResource(Parameters parameters) {
    return SecretParameters.json(parameters, TAG_NAMES, String[].class, new String[0])
        .map(Arrays::asList)
        .then(keys -> changeTags(parameters, tags -> tags.keySet().removeAll(keys)));
  }

  /** A change of tags. */
  private interface Step {
    void apply(Map<String, String> tags);
  }

  private Result<JsonObject> changeTags(Parameters parameters, Step step) {
    return Result.unless(targetProblem(parameters), parameters.secretName())
        .then(name -> store.changeMetadata(name, metadata -> changed(metadata, step)))
        .map(_ -> new JsonObject());
  }

  private static Result<StoredSecret.Metadata> changed(StoredSecret.Metadata metadata, Step step) {
    var tags = new HashMap<>(metadata.tags());
    step.apply(tags);
    return Result.done(metadata.withTags(tags))
        .filter(_ -> tags.size() <= MAX_TAGS, KmsErrors.tooMany("tags", MAX_TAGS));
  }

  /** A request names one of three kinds of resources; there are no keys and no certificates. */
  private static Optional<ApiError> targetProblem(Parameters parameters) {
    List<String> named =
        Stream.of("SecretName", "KeyId", "CertificateId")
            .filter(name -> parameters.get(name).isPresent())
            .toList();
    if (named.isEmpty()) {
      return Optional.of(KmsErrors.missing("SecretName"));
    }
    if (named.size() > 1) {
      return Optional.of(KmsErrors.invalid(named.getLast()));
    }
    return switch (named.getFirst()) {
      case "SecretName" -> Optional.empty();
      case "KeyId" -> Optional.of(KmsErrors.KEY_NOT_FOUND);
      default -> Optional.of(KmsErrors.NOT_FOUND);
    };
  }
}
