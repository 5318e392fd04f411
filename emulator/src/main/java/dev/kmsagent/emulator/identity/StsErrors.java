package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.protocol.ApiError;

/** STS's refusals; codes and messages as Alibaba Cloud documents them. */
final class StsErrors {
  private StsErrors() {}

  static ApiError unknownAction() {
    return new ApiError(
        404,
        "InvalidAction.NotFound",
        "Specified api is not found, please check your url and method.");
  }

  static ApiError missing(String parameter) {
    return new ApiError(
        400,
        "MissingParameter",
        "The input parameter \""
            + parameter
            + "\" that is mandatory for processing this request is not supplied.");
  }

  static ApiError wronglyFormed(String parameter) {
    return new ApiError(
        400, "InvalidParameter." + parameter, "The parameter " + parameter + " is wrongly formed.");
  }

  static ApiError duration() {
    return new ApiError(
        400,
        "InvalidParameter.DurationSeconds",
        "The Min/Max value of DurationSeconds is 15min/MaxSessionDuration of the role.");
  }

  static ApiError policyGrammar() {
    return new ApiError(
        400,
        "InvalidParameter.PolicyGrammar",
        "The parameter Policy has not passed grammar check.");
  }

  static ApiError policySize() {
    return new ApiError(
        400, "InvalidParameter.PolicySize", "The size of Policy must be at most 2048 characters.");
  }

  static ApiError unknownProvider() {
    return new ApiError(
        401, "AuthenticationFail.NoPermission", "No such OIDC Provider registered.");
  }

  static ApiError notTrusted() {
    return new ApiError(401, "AuthenticationFail.NoPermission", "There is no permission");
  }

  static ApiError unknownRole() {
    return new ApiError(404, "EntityNotExist.Role", "The specified Role not exists.");
  }
}
