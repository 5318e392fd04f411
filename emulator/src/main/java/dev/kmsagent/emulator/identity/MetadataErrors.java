package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.protocol.ApiError;

/** The refusals of the metadata service; only their statuses reach the client. */
final class MetadataErrors {
  private MetadataErrors() {}

  static ApiError notFound() {
    return new ApiError(404, "NotFound", "Not Found");
  }

  static ApiError badLife() {
    return new ApiError(400, "BadRequest", "Bad Request");
  }

  static ApiError noToken() {
    return new ApiError(403, "Forbidden", "Forbidden");
  }

  static ApiError invalidToken() {
    return new ApiError(401, "Unauthorized", "Unauthorized");
  }
}
