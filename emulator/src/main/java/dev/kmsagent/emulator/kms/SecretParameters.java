package dev.kmsagent.emulator.kms;

import static dev.kmsagent.emulator.kms.KmsErrors.invalid;

import com.google.gson.Gson;
import com.google.gson.JsonSyntaxException;
import com.google.gson.annotations.SerializedName;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the parameters of actions and checks them; each error names the parameter. */
final class SecretParameters {
  private static final Gson GSON = new Gson();
  private static final int MAX_ID_LENGTH = 64;
  private static final String STAGES = "VersionStages";
  private static final String TAGS = "Tags";
  private static final String ROTATION = "EnableAutomaticRotation";
  private static final String EXTENDED = "ExtendedConfig";
  private static final String DATA = "SecretData";

  private SecretParameters() {}

  private record Tag(
      @SerializedName("TagKey") @Nullable String name,
      @SerializedName("TagValue") @Nullable String value) {}

  private record NestedStages(@SerializedName("VersionStage") @Nullable List<String> stages) {}

  static Result<String> newName(Parameters parameters) {
    return Result.done(parameters.secretName()).filter(StoredSecret::isName, invalid("SecretName"));
  }

  static Result<String> versionId(Parameters parameters) {
    return Result.done(parameters.get("VersionId").orElse(""))
        .filter(id -> id.length() <= MAX_ID_LENGTH, invalid("VersionId"));
  }

  /** The parameters of a new secret, which is generic: what only others have is not valid. */
  static Result<Parameters> generic(Parameters parameters) {
    return withoutExtendedConfig(parameters)
        .filter(p -> p.get("SecretType").orElse("Generic").equals("Generic"), invalid("SecretType"))
        .filter(p -> p.get(ROTATION).orElse("false").equalsIgnoreCase("false"), invalid(ROTATION))
        .filter(p -> p.get("RotationInterval").isEmpty(), invalid("RotationInterval"))
        .filter(p -> p.get("Policy").isEmpty(), KmsErrors.UNSUPPORTED);
  }

  /** The parameters, unless one is an extended configuration, which generic secrets do not have. */
  static Result<Parameters> withoutExtendedConfig(Parameters parameters) {
    return Result.done(parameters)
        .filter(
            p -> p.values().keySet().stream().noneMatch(name -> name.startsWith(EXTENDED)),
            invalid(EXTENDED));
  }

  static Result<StoredValue> value(Parameters parameters) {
    String data = parameters.get(DATA).orElse("");
    Result<StoredValue> value =
        switch (parameters.get("SecretDataType").orElse("text")) {
          case "text" -> Result.done(StoredValue.text(data));
          case "binary" -> binary(data);
          default -> Result.refused(invalid("SecretDataType"));
        };
    return value.filter(read -> !read.tooLarge(), invalid(DATA));
  }

  private static Result<StoredValue> binary(String data) {
    try {
      return Result.done(StoredValue.binary(Base64.getDecoder().decode(data)));
    } catch (IllegalArgumentException _) {
      return Result.refused(invalid(DATA));
    }
  }

  static Result<StoredSecret.Metadata> metadata(Parameters parameters) {
    return tags(parameters)
        .map(
            tags ->
                new StoredSecret.Metadata(
                    parameters.get("Description").orElse(""),
                    parameters.get("EncryptionKeyId").orElse(""),
                    parameters.get("DKMSInstanceId").orElse(""),
                    tags));
  }

  /** The tags by their keys. */
  static Result<Map<String, String>> tags(Parameters parameters) {
    return json(parameters, TAGS, Tag[].class, new Tag[0]).then(SecretParameters::tags);
  }

  private static Result<Map<String, String>> tags(Tag[] tags) {
    var map = new HashMap<String, String>();
    for (@Nullable Tag tag : tags) {
      if (tag == null || tag.name() == null || tag.value() == null) {
        return Result.refused(invalid(TAGS));
      }
      map.put(tag.name(), tag.value());
    }
    return Result.done(map);
  }

  /** The stages of a new version: a JSON array, bare or as {@code {"VersionStage": [..]}}. */
  static Result<List<String>> stages(Parameters parameters) {
    if (parameters.get(STAGES).filter(text -> text.stripLeading().startsWith("{")).isPresent()) {
      return json(parameters, STAGES, NestedStages.class, new NestedStages(List.of()))
          .then(nested -> checkStages(nested.stages()));
    }
    var current = new String[] {StoredVersion.CURRENT};
    return json(parameters, STAGES, String[].class, current)
        .then(stages -> checkStages(Arrays.asList(stages)));
  }

  private static Result<List<String>> checkStages(@Nullable List<String> stages) {
    return stages == null || stages.isEmpty() || stages.stream().anyMatch(Objects::isNull)
        ? Result.refused(invalid(STAGES))
        : Result.done(stages);
  }

  /** A whole number from {@code min} to {@code max}, or the default where it is absent. */
  static Result<Integer> integer(
      Parameters parameters, String name, int defaultValue, int min, int max) {
    try {
      int number = parameters.get(name).map(Integer::parseInt).orElse(defaultValue);
      return Result.done(number).filter(value -> value >= min && value <= max, invalid(name));
    } catch (NumberFormatException _) {
      return Result.refused(invalid(name));
    }
  }

  /** A JSON document read as {@code type}, or the default where it is absent. */
  static <T> Result<T> json(Parameters parameters, String name, Class<T> type, T defaultValue) {
    Optional<String> text = parameters.get(name);
    if (text.isEmpty()) {
      return Result.done(defaultValue);
    }
    try {
      return Result.of(Optional.ofNullable(GSON.fromJson(text.get(), type)), invalid(name));
    } catch (JsonSyntaxException _) {
      return Result.refused(invalid(name));
    }
  }
}
