package dev.kmsagent.bootstrap.e2e;

/** The forms of answers, and where a failure has its code in each. */
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

  String code(Answer failure) {
    return switch (this) {
      case KMS -> failure.text("Code");
      case AWS -> failure.text("__type");
      case VAULT -> failure.json().getAsJsonArray("errors").get(0).getAsString().split(": ", 2)[0];
    };
  }
}
