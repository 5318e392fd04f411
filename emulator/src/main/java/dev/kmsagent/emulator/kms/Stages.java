package dev.kmsagent.emulator.kms;

import com.google.gson.annotations.SerializedName;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads the stages for a new version: a JSON array, bare or as {@code {"VersionStage": [..]}}. */
final class Stages {
  private static final String PARAMETER = "VersionStages";

  private Stages() {}

  private record Nested(@SerializedName("VersionStage") @Nullable List<String> stages) {}

  static Result<List<String>> read(Parameters parameters) {
    if (parameters.get(PARAMETER).filter(text -> text.stripLeading().startsWith("{")).isPresent()) {
      return JsonParameter.read(parameters, PARAMETER, Nested.class, new Nested(List.of()))
          .then(nested -> checked(nested.stages()));
    }
    var current = new String[] {SecretVersion.CURRENT};
    return JsonParameter.read(parameters, PARAMETER, String[].class, current)
        .then(stages -> checked(Arrays.asList(stages)));
  }

  private static Result<List<String>> checked(@Nullable List<String> stages) {
    return stages == null || stages.isEmpty() || stages.stream().anyMatch(Objects::isNull)
        ? new Result.Refused<>(ParameterErrors.invalid(PARAMETER))
        : new Result.Done<>(stages);
  }
}
