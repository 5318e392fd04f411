package dev.kmsagent.emulator.actions;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.secrets.SecretValue;
import java.util.Base64;
import java.util.regex.Pattern;

/** Reads the parameters with which names and values are written. */
final class Values {
  private static final int MAX_DATA_BYTES = 30_720;
  private static final int MAX_ID_LENGTH = 64;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_/+=.@-]{1,192}");

  private Values() {}

  static Result<String> newName(Parameters parameters) {
    String name = parameters.secretName();
    return NAME.matcher(name).matches()
        ? new Result.Done<>(name)
        : new Result.Refused<>(Refusals.invalid("SecretName"));
  }

  static Result<String> versionId(Parameters parameters) {
    String id = parameters.get("VersionId").orElse("");
    return id.length() <= MAX_ID_LENGTH
        ? new Result.Done<>(id)
        : new Result.Refused<>(Refusals.invalid("VersionId"));
  }

  static Result<SecretValue> value(Parameters parameters) {
    String data = parameters.get("SecretData").orElse("");
    if (data.getBytes(UTF_8).length > MAX_DATA_BYTES) {
      return new Result.Refused<>(Refusals.invalid("SecretData"));
    }
    return switch (parameters.get("SecretDataType").orElse("text")) {
      case "text" -> new Result.Done<>(SecretValue.text(data));
      case "binary" -> binary(data);
      default -> new Result.Refused<>(Refusals.invalid("SecretDataType"));
    };
  }

  private static Result<SecretValue> binary(String data) {
    try {
      return new Result.Done<>(SecretValue.binary(Base64.getDecoder().decode(data)));
    } catch (IllegalArgumentException _) {
      return new Result.Refused<>(Refusals.invalid("SecretData"));
    }
  }
}
