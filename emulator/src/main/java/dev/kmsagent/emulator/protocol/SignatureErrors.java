package dev.kmsagent.emulator.protocol;

/** The gateway's refusals about identity; codes and messages as Alibaba Cloud documents them. */
final class SignatureErrors {
  private SignatureErrors() {}

  static ApiError missing(String parameter) {
    return new ApiError(400, "MissingParameter", notSupplied(parameter));
  }

  static ApiError missingTimestamp(String parameter) {
    return new ApiError(400, "IllegalTimestamp", notSupplied(parameter));
  }

  static ApiError illegalTimestamp() {
    return new ApiError(
        400,
        "IllegalTimestamp",
        "The request time is no valid time, or more than 15 minutes from the server's.");
  }

  static ApiError unknownKey() {
    return new ApiError(
        404,
        "InvalidAccessKeyId.NotFound",
        "The Access Key ID provided does not exist in our records.");
  }

  static ApiError wrongSignature(String detail) {
    return new ApiError(
        400,
        "SignatureDoesNotMatch",
        "The request signature does not conform to Aliyun standards. " + detail);
  }

  static ApiError unsupportedMethod(String method) {
    return new ApiError(
        400, "InvalidParameter", "The signature method " + method + " is not supported.");
  }

  static ApiError usedNonce() {
    return new ApiError(
        400, "SignatureNonceUsed", "The request signature nonce has been used already.");
  }

  static ApiError foreignToken() {
    return new ApiError(
        400,
        "InvalidSecurityToken.MismatchWithAccessKey",
        "The specified parameter SecurityToken does not match the AccessKeyId.");
  }

  static ApiError expiredToken() {
    return new ApiError(
        400, "InvalidSecurityToken.Expired", "The specified parameter SecurityToken has expired.");
  }

  private static String notSupplied(String parameter) {
    return "The input parameter \""
        + parameter
        + "\" that is mandatory for processing this request is not supplied.";
  }
}
