package dev.kmsagent.bootstrap.e2e;

/** The forms of answers. */
enum ResponseType {
  KMS(0),
  AWS(1),
  VAULT(2);

  private final int number;

  ResponseType(int number) {
    this.number = number;
  }

  /** The line of the configuration that asks for it. */
  String setting() {
    return "Server.ResponseType = " + number;
  }
}
