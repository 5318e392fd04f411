package dev.kmsagent.emulator.kms;

import dev.kmsagent.emulator.protocol.ApiError;

/**
 * The gateway's refusals about actions and parameters; codes and messages as Alibaba Cloud
 * documents them.
 */
final class ParameterErrors {
  private ParameterErrors() {}

  static ApiError unknownAction() {
    return new ApiError(
        404,
        "InvalidAction.NotFound",
        "Specified api is not found, please check your url and method.");
  }

  static ApiError missing(String parameter) {
    return new ApiError(
        400, "MissingParameter", "The parameter \"" + parameter + "\" is needed but not provided.");
  }

  static ApiError invalid(String parameter) {
    return new ApiError(
        400, "InvalidParameter", "The specified parameter \"" + parameter + "\" is not valid.");
  }
}
