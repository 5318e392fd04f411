package dev.kmsagent.emulator.kms;

import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.Base64;

/** Reads the parameters with which names and values are written. */
final class Values {
  private static final int MAX_ID_LENGTH = 64;

  private Values() {}

  static Result<String> newName(Parameters parameters) {
    String name = parameters.secretName();
    return Secret.isName(name)
        ? new Result.Done<>(name)
        : new Result.Refused<>(ParameterErrors.invalid("SecretName"));
  }

  static Result<String> versionId(Parameters parameters) {
    String id = parameters.get("VersionId").orElse("");
    return id.length() <= MAX_ID_LENGTH
        ? new Result.Done<>(id)
        : new Result.Refused<>(ParameterErrors.invalid("VersionId"));
  }

  static Result<SecretValue> value(Parameters parameters) {
    String data = parameters.get("SecretData").orElse("");
    Result<SecretValue> value =
        switch (parameters.get("SecretDataType").orElse("text")) {
          case "text" -> new Result.Done<>(SecretValue.text(data));
          case "binary" -> binary(data);
          default -> new Result.Refused<>(ParameterErrors.invalid("SecretDataType"));
        };
    return value.then(Values::smallEnough);
  }

  private static Result<SecretValue> smallEnough(SecretValue value) {
    return value.tooLarge()
        ? new Result.Refused<>(ParameterErrors.invalid("SecretData"))
        : new Result.Done<>(value);
  }

  private static Result<SecretValue> binary(String data) {
    try {
      return new Result.Done<>(SecretValue.binary(Base64.getDecoder().decode(data)));
    } catch (IllegalArgumentException _) {
      return new Result.Refused<>(ParameterErrors.invalid("SecretData"));
    }
  }
}
