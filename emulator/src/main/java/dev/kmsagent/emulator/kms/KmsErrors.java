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
  static final ApiError ROTATING =
      new ApiError(
          409, "Rejected.StateModifiedFailed", "The secret is being changed by another request.");
  static final ApiError NOT_PERMITTED =
      new ApiError(
          403, "Forbidden.NoPermission", "You are not authorized to perform the operation.");
  static final ApiError UNSUPPORTED =
      new ApiError(400, "Rejected.UnsupportedOperation", "Unsupported operation.");
  static final ApiError MANAGED =
      new ApiError(400, "Rejected.UnsupportedOperation", "KMS makes the values of this secret.");
  static final ApiError NO_NAME =
      new ApiError(
          400, "MissingParameter", "The parameter \"SecretName\" is needed but not provided.");

  private KmsErrors() {}
}
