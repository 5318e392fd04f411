package dev.kmsagent.emulator.signature;

import dev.kmsagent.emulator.protocol.KmsError;

/** The gateway's refusals about identity; codes and messages as Alibaba Cloud documents them. */
final class Refusals {
  private Refusals() {}

  static KmsError missing(String parameter) {
    return new KmsError(400, "MissingParameter", notSupplied(parameter));
  }

  static KmsError missingTimestamp(String parameter) {
    return new KmsError(400, "IllegalTimestamp", notSupplied(parameter));
  }

  static KmsError illegalTimestamp() {
    return new KmsError(
        400,
        "IllegalTimestamp",
        "The request time is no valid time, or more than 15 minutes from the server's.");
  }

  static KmsError unknownKey() {
    return new KmsError(
        404,
        "InvalidAccessKeyId.NotFound",
        "The Access Key ID provided does not exist in our records.");
  }

  static KmsError wrongSignature(String detail) {
    return new KmsError(
        400,
        "SignatureDoesNotMatch",
        "The request signature does not conform to Aliyun standards. " + detail);
  }

  static KmsError unsupportedMethod(String method) {
    return new KmsError(
        400, "InvalidParameter", "The signature method " + method + " is not supported.");
  }

  static KmsError usedNonce() {
    return new KmsError(
        400, "SignatureNonceUsed", "The request signature nonce has been used already.");
  }

  static KmsError foreignToken() {
    return new KmsError(
        400,
        "InvalidSecurityToken.MismatchWithAccessKey",
        "The specified parameter SecurityToken does not match the AccessKeyId.");
  }

  static KmsError expiredToken() {
    return new KmsError(
        400, "InvalidSecurityToken.Expired", "The specified parameter SecurityToken has expired.");
  }

  private static String notSupplied(String parameter) {
    return "The input parameter \""
        + parameter
        + "\" that is mandatory for processing this request is not supplied.";
  }
}
