package dev.kmsagent.bootstrap.command;

/**
 * Where an emulated cloud listens, port 0 for any that is free.
 *
 * @param tls whether KMS listens with TLS; STS always does, and the metadata service never
 */
record EmulatorListeners(int kms, int sts, int metadata, boolean tls) {
  static final EmulatorListeners ANYWHERE = new EmulatorListeners(0, 0, 0, false);

  /** The scheme of KMS. */
  String scheme() {
    return tls ? "https" : "http";
  }
}
