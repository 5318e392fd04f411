package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.protocol.ApiError;

/**
 * The errors of STS and of the metadata. Codes and messages of STS are as Alibaba Cloud documents
 * them, except for a wrong issuer, which it does not name.
 */
final class IdentityErrors {
  static final ApiError WRONG_DURATION =
      new ApiError(
          400,
          "InvalidParameter.DurationSeconds",
          "The Min/Max value of DurationSeconds is 15min/MaxSessionDuration of the role.");
  static final ApiError UNKNOWN_PROVIDER =
      new ApiError(401, "AuthenticationFail.NoPermission", "No such OIDC Provider registered.");
  static final ApiError NOT_TRUSTED =
      new ApiError(401, "AuthenticationFail.NoPermission", "There is no permission");
  static final ApiError UNKNOWN_ROLE =
      new ApiError(404, "EntityNotExist.Role", "The specified Role not exists.");

  static final ApiError TOKEN_PARTS =
      token("Invalid", "The number of Jwt field should be divided into 3 parts with '.' .");
  static final ApiError TOKEN_BASE64 =
      token("Invalid", "Cannot decode base64 encoded response(format invalided).");
  static final ApiError TOKEN_CONTENT =
      token("Invalid", "The Jwt content is invalid that cannot be recognized.");
  static final ApiError TOKEN_ISSUER =
      token("Invalid", "The issuer is not that of the OIDC Provider.");
  static final ApiError TOKEN_SIGNATURE =
      token("InvalidSignature", "OIDC token validate failed: invalid signature.");
  static final ApiError TOKEN_EXPIRED = token("Expired", "This JsonWebToken is expired.");
  static final ApiError TOKEN_AUDIENCE = token("AudienceNotMatch", "Invalid audience.");

  static final ApiError METADATA_NOT_FOUND = new ApiError(404, "NotFound", "Not Found");
  static final ApiError METADATA_BAD_REQUEST = new ApiError(400, "BadRequest", "Bad Request");
  static final ApiError METADATA_WITHOUT_TOKEN = new ApiError(403, "Forbidden", "Forbidden");
  static final ApiError METADATA_WRONG_TOKEN = new ApiError(401, "Unauthorized", "Unauthorized");

  private IdentityErrors() {}

  static ApiError malformed(String parameter) {
    return new ApiError(
        400, "InvalidParameter." + parameter, "The parameter " + parameter + " is wrongly formed.");
  }

  static ApiError tokenAlgorithm(String name) {
    return token(
        "Invalid", "The algorithm " + name + " that be specified in Jwt header is unknown.");
  }

  private static ApiError token(String reason, String message) {
    return new ApiError(401, "AuthenticationFail.OIDCToken." + reason, message);
  }
}
