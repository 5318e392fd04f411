package dev.kmsagent.emulator.secrets;

import dev.kmsagent.emulator.protocol.KmsError;

/** KMS's refusals about secrets; codes and messages as Alibaba Cloud documents them. */
final class Refusals {
  private Refusals() {}

  static KmsError notFound() {
    return new KmsError(404, "Forbidden.ResourceNotFound", "Resource not found.");
  }

  static KmsError exists() {
    return new KmsError(409, "Rejected.ResourceExist", "The resource already exists.");
  }

  static KmsError versionExists() {
    return new KmsError(
        409, "Rejected.ResourceExist", "The version already exists with another value.");
  }

  static KmsError inDeletion() {
    return new KmsError(
        409, "Rejected.ResourceInDeleteWindow", "The secret is planned to be deleted.");
  }

  static KmsError notInDeletion() {
    return new KmsError(
        409, "Rejected.StateModifiedFailed", "The secret is not planned to be deleted.");
  }

  static KmsError denied() {
    return new KmsError(
        403, "Forbidden.NoPermission", "You are not authorized to perform the operation.");
  }

  static KmsError tooManyStages() {
    return new KmsError(
        400, "Rejected.LimitExceeded", "A secret has at most " + Versions.MAX_STAGES + " stages.");
  }

  static KmsError stageElsewhere() {
    return new KmsError(
        400, "InvalidParameter", "The version does not carry the stage to be removed.");
  }
}
