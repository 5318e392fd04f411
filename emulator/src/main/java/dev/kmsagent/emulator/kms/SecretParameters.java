package dev.kmsagent.emulator.kms;

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
  private static final String DATA = "SecretData";

  private SecretParameters() {}

  private record Tag(
      @SerializedName("TagKey") @Nullable String name,
      @SerializedName("TagValue") @Nullable String value) {}

  private record NestedStages(@SerializedName("VersionStage") @Nullable List<String> stages) {}

  static Result<String> newName(Parameters parameters) {
    return Result.done(parameters.secretName())
        .filter(Secret::isName, KmsErrors.invalid("SecretName"));
  }

  static Result<String> versionId(Parameters parameters) {
    return Result.done(parameters.get("VersionId").orElse(""))
        .filter(id -> id.length() <= MAX_ID_LENGTH, KmsErrors.invalid("VersionId"));
  }

  static Result<SecretValue> value(Parameters parameters) {
    String data = parameters.get(DATA).orElse("");
    Result<SecretValue> value =
        switch (parameters.get("SecretDataType").orElse("text")) {
          case "text" -> Result.done(SecretValue.text(data));
          case "binary" -> binary(data);
          default -> Result.refused(KmsErrors.invalid("SecretDataType"));
        };
    return value.filter(read -> !read.tooLarge(), KmsErrors.invalid(DATA));
  }

  private static Result<SecretValue> binary(String data) {
    try {
      return Result.done(SecretValue.binary(Base64.getDecoder().decode(data)));
    } catch (IllegalArgumentException _) {
      return Result.refused(KmsErrors.invalid(DATA));
    }
  }

  static Result<Secret.Metadata> metadata(Parameters parameters) {
    return json(parameters, TAGS, Tag[].class, new Tag[0])
        .then(SecretParameters::tags)
        .map(
            tags ->
                new Secret.Metadata(
                    parameters.get("Description").orElse(""),
                    parameters.get("EncryptionKeyId").orElse(""),
                    parameters.get("DKMSInstanceId").orElse(""),
                    tags));
  }

  private static Result<Map<String, String>> tags(Tag[] tags) {
    var map = new HashMap<String, String>();
    for (@Nullable Tag tag : tags) {
      if (tag == null || tag.name() == null || tag.value() == null) {
        return Result.refused(KmsErrors.invalid(TAGS));
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
    var current = new String[] {SecretVersion.CURRENT};
    return json(parameters, STAGES, String[].class, current)
        .then(stages -> checkStages(Arrays.asList(stages)));
  }

  private static Result<List<String>> checkStages(@Nullable List<String> stages) {
    return stages == null || stages.isEmpty() || stages.stream().anyMatch(Objects::isNull)
        ? Result.refused(KmsErrors.invalid(STAGES))
        : Result.done(stages);
  }

  /** A whole number from {@code min} to {@code max}, or the default where it is absent. */
  static Result<Integer> integer(
      Parameters parameters, String name, int defaultValue, int min, int max) {
    try {
      int number = parameters.get(name).map(Integer::parseInt).orElse(defaultValue);
      return Result.done(number)
          .filter(value -> value >= min && value <= max, KmsErrors.invalid(name));
    } catch (NumberFormatException _) {
      return Result.refused(KmsErrors.invalid(name));
    }
  }

  /** A JSON document read as {@code type}, or the default where it is absent. */
  static <T> Result<T> json(Parameters parameters, String name, Class<T> type, T defaultValue) {
    Optional<String> text = parameters.get(name);
    if (text.isEmpty()) {
      return Result.done(defaultValue);
    }
    try {
      return Result.of(
          Optional.ofNullable(GSON.fromJson(text.get(), type)), KmsErrors.invalid(name));
    } catch (JsonSyntaxException _) {
      return Result.refused(KmsErrors.invalid(name));
    }
  }
}
