package dev.kmsagent.emulator.gateway;

/** The services of the emulated cloud. */
public enum ServiceName {
  /** The secrets. */
  KMS,
  /** Temporary keys for whoever holds a platform's token. */
  STS,
  /** What an ECS instance learns of itself, temporary keys of its role included. */
  METADATA
}
