package dev.kmsagent.emulator.kms;

import dev.kmsagent.emulator.protocol.ApiError;

/** The errors of KMS; codes and messages as Alibaba Cloud documents them. */
final class KmsErrors {
  static final ApiError NOT_FOUND =
      new ApiError(404, "Forbidden.ResourceNotFound", "Resource not found.");
  static final ApiError EXISTS =
      new ApiError(409, "Rejected.ResourceExist", "The resource already exists.");
  static final ApiError VERSION_EXISTS =
      new ApiError(409, "Rejected.ResourceExist", "The version already exists with another value.");
  static final ApiError IN_DELETION =
      new ApiError(409, "Rejected.ResourceInDeleteWindow", "The secret is planned to be deleted.");
  static final ApiError NOT_IN_DELETION =
      new ApiError(409, "Rejected.StateModifiedFailed", "The secret is not planned to be deleted.");
  static final ApiError NOT_PERMITTED =
      new ApiError(
          403, "Forbidden.NoPermission", "You are not authorized to perform the operation.");
  static final ApiError STAGE_ELSEWHERE =
      new ApiError(400, "InvalidParameter", "The version does not carry the stage to be removed.");

  static final ApiError KEY_NOT_FOUND =
      new ApiError(404, "Forbidden.KeyNotFound", "The specified Key is not found.");
  static final ApiError UNSUPPORTED =
      new ApiError(400, "Rejected.UnsupportedOperation", "Unsupported operation.");

  private KmsErrors() {}

  static ApiError tooMany(String what, int limit) {
    return new ApiError(
        400, "Rejected.LimitExceeded", "A secret has at most " + limit + " " + what + ".");
  }

  static ApiError missing(String parameter) {
    return new ApiError(
        400, "MissingParameter", "The parameter \"" + parameter + "\" is needed but not provided.");
  }

  static ApiError invalid(String parameter) {
    return new ApiError(
        400, "InvalidParameter", "The specified parameter \"" + parameter + "\" is not valid.");
  }
}
