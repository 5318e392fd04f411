package dev.kmsagent.emulator.protocol;

/**
 * The errors that all RPC APIs share: those about the request, its parameters and its signature;
 * codes and messages as Alibaba Cloud documents them.
 */
public final class ApiErrors {
  /** A method other than GET and POST. */
  public static final ApiError UNSUPPORTED_METHOD =
      new ApiError(403, "UnsupportedHTTPMethod", "This http method is not supported.");

  /** Parameters that are not form-encoded. */
  public static final ApiError UNREADABLE_PARAMETERS =
      new ApiError(
          400,
          "ParseRequestParameterException",
          "Server parse parameters exception. Please check your input params.");

  /** A version that the API does not have. */
  public static final ApiError INVALID_VERSION =
      new ApiError(400, "InvalidVersion", "Specified parameter Version is not valid.");

  /** An action that the API does not have. */
  public static final ApiError UNKNOWN_ACTION =
      new ApiError(
          404,
          "InvalidAction.NotFound",
          "Specified api is not found, please check your url and method.");

  static final ApiError ILLEGAL_TIMESTAMP =
      new ApiError(
          400,
          "IllegalTimestamp",
          "The request time is no valid time, or more than 15 minutes from the server's.");

  static final ApiError UNKNOWN_KEY =
      new ApiError(
          404,
          "InvalidAccessKeyId.NotFound",
          "The Access Key ID provided does not exist in our records.");

  static final ApiError USED_NONCE =
      new ApiError(400, "SignatureNonceUsed", "The request signature nonce has been used already.");

  static final ApiError FOREIGN_TOKEN =
      new ApiError(
          400,
          "InvalidSecurityToken.MismatchWithAccessKey",
          "The specified parameter SecurityToken does not match the AccessKeyId.");

  static final ApiError EXPIRED_TOKEN =
      new ApiError(
          400,
          "InvalidSecurityToken.Expired",
          "The specified parameter SecurityToken has expired.");

  private ApiErrors() {}

  /** A parameter that must be there and is not. */
  public static ApiError missing(String parameter) {
    return new ApiError(400, "MissingParameter", notSupplied(parameter));
  }

  static ApiError missingTimestamp(String parameter) {
    return new ApiError(400, "IllegalTimestamp", notSupplied(parameter));
  }

  /** In the words by which the vendor's SDKs know that the secret of the key is wrong. */
  static ApiError wrongSignature(RequestSignature signature) {
    return new ApiError(
        400,
        "SignatureDoesNotMatch",
        "Specified signature is not matched with our calculation. server string to sign is:"
            + signature.stringToSign());
  }

  static ApiError unsigned(String detail) {
    return new ApiError(
        400,
        "SignatureDoesNotMatch",
        "The request signature does not conform to Aliyun standards. " + detail);
  }

  static ApiError unsupportedSignature(String method) {
    return new ApiError(
        400, "InvalidParameter", "The signature method " + method + " is not supported.");
  }

  private static String notSupplied(String parameter) {
    return "The input parameter \""
        + parameter
        + "\" that is mandatory for processing this request is not supplied.";
  }
}
