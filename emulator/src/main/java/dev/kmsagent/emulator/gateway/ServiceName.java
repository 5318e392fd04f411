package dev.kmsagent.emulator.gateway;

import java.util.Locale;

/** The emulated services. */
public enum ServiceName {
  /** The Key Management Service, with its secrets. */
  KMS,
  /** The Security Token Service, which issues temporary keys. */
  STS,
  /** The metadata of an ECS instance, with the temporary keys of its role. */
  METADATA,
  /** The issuer of the tokens of workloads, which publishes the keys that verify them. */
  OIDC;

  /** The name in lower case, as the control API has it. */
  public String lowerCase() {
    return name().toLowerCase(Locale.ROOT);
  }
}
