package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.protocol.ApiError;

/**
 * STS's refusals about OIDC tokens; codes and messages as Alibaba Cloud documents them, but for a
 * wrong issuer, which it does not name.
 */
final class TokenErrors {
  private TokenErrors() {}

  static ApiError notThreeParts() {
    return invalid("The number of Jwt field should be divided into 3 parts with '.' .");
  }

  static ApiError notBase64() {
    return invalid("Cannot decode base64 encoded response(format invalided).");
  }

  static ApiError unknownAlgorithm(String name) {
    return invalid("The algorithm " + name + " that be specified in Jwt header is unknown.");
  }

  static ApiError unrecognized() {
    return invalid("The Jwt content is invalid that cannot be recognized.");
  }

  static ApiError otherIssuer() {
    return invalid("The issuer is not that of the OIDC Provider.");
  }

  static ApiError wrongSignature() {
    return refused("InvalidSignature", "OIDC token validate failed: invalid signature.");
  }

  static ApiError expired() {
    return refused("Expired", "This JsonWebToken is expired.");
  }

  static ApiError otherAudience() {
    return refused("AudienceNotMatch", "Invalid audience.");
  }

  private static ApiError invalid(String message) {
    return refused("Invalid", message);
  }

  private static ApiError refused(String reason, String message) {
    return new ApiError(401, "AuthenticationFail.OIDCToken." + reason, message);
  }
}
