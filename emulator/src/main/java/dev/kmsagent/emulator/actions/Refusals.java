package dev.kmsagent.emulator.actions;

import dev.kmsagent.emulator.protocol.KmsError;

/**
 * The gateway's refusals about actions and parameters; codes and messages as Alibaba Cloud
 * documents them.
 */
final class Refusals {
  private Refusals() {}

  static KmsError unknownAction() {
    return new KmsError(
        404,
        "InvalidAction.NotFound",
        "Specified api is not found, please check your url and method.");
  }

  static KmsError missing(String parameter) {
    return new KmsError(
        400, "MissingParameter", "The parameter \"" + parameter + "\" is needed but not provided.");
  }

  static KmsError invalid(String parameter) {
    return new KmsError(
        400, "InvalidParameter", "The specified parameter \"" + parameter + "\" is not valid.");
  }
}
