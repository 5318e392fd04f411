package dev.kmsagent.emulator.kms;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.util.Locale;

/**
 * The parameter DryRun: with it KMS always answers with an error, which tells what would happen.
 */
final class DryRun {
  private static final String PARAMETER = "DryRun";
  private static final int STATUS = 400;

  private DryRun() {}

  /** The answer of a call, or the error that hides it if the call is a dry run. */
  static Result<JsonObject> hide(Result<JsonObject> answer, Parameters parameters) {
    return switch (parameters.get(PARAMETER).orElse("false").toLowerCase(Locale.ROOT)) {
      case "false" -> answer;
      case "true" -> Result.refused(reason(answer));
      default -> Result.refused(KmsErrors.invalid(PARAMETER));
    };
  }

  private static ApiError reason(Result<JsonObject> answer) {
    return switch (answer) {
      case Result.Done<JsonObject> _ ->
          new ApiError(STATUS, "DryRunOperationError", "The request would have succeeded.");
      case Result.Refused<JsonObject>(var error) -> reason(error);
    };
  }

  private static ApiError reason(ApiError error) {
    return switch (error.status()) {
      case STATUS -> new ApiError(STATUS, "ValidationError", error.message());
      case 403 -> new ApiError(error.status(), "AccessDeniedError", error.message());
      default -> error;
    };
  }
}
