package dev.kmsagent.bootstrap.command;

/** As whom the agent of {@code dev} calls the emulated KMS. */
enum DevIdentity {
  /** The owner of an AccessKey. */
  KEY,
  /** A role, assumed with the token of an emulated service account. */
  RRSA
}
