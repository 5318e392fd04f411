package dev.kmsagent.emulator.kms;

import dev.kmsagent.emulator.protocol.ApiError;

/** KMS's refusals about secrets; codes and messages as Alibaba Cloud documents them. */
final class SecretErrors {
  private SecretErrors() {}

  static ApiError notFound() {
    return new ApiError(404, "Forbidden.ResourceNotFound", "Resource not found.");
  }

  static ApiError exists() {
    return new ApiError(409, "Rejected.ResourceExist", "The resource already exists.");
  }

  static ApiError versionExists() {
    return new ApiError(
        409, "Rejected.ResourceExist", "The version already exists with another value.");
  }

  static ApiError inDeletion() {
    return new ApiError(
        409, "Rejected.ResourceInDeleteWindow", "The secret is planned to be deleted.");
  }

  static ApiError notInDeletion() {
    return new ApiError(
        409, "Rejected.StateModifiedFailed", "The secret is not planned to be deleted.");
  }

  static ApiError denied() {
    return new ApiError(
        403, "Forbidden.NoPermission", "You are not authorized to perform the operation.");
  }

  static ApiError tooManyStages() {
    return new ApiError(
        400, "Rejected.LimitExceeded", "A secret has at most " + Versions.MAX_STAGES + " stages.");
  }

  static ApiError stageElsewhere() {
    return new ApiError(
        400, "InvalidParameter", "The version does not carry the stage to be removed.");
  }
}
