package dev.kmsagent.adapters.http.request;

import java.util.Arrays;
import java.util.Optional;

/** What a request for a secret may say, and what every value must keep to. */
enum Parameter {
  SECRET_ID("secretId"),
  VERSION_ID("versionId"),
  VERSION_STAGE("versionStage"),
  REFRESH_NOW("refreshNow");

  private static final int MAX_LENGTH = 512;

  private final String spelling;

  Parameter(String spelling) {
    this.spelling = spelling;
  }

  String spelling() {
    return spelling;
  }

  static Optional<Parameter> called(String name) {
    return Arrays.stream(values()).filter(known -> known.spelling.equals(name)).findFirst();
  }

  /** Decodes {@code raw} and checks it. */
  Parsed<String> read(String raw, PercentDecoding decoding) {
    return decoding.decode(spelling, raw).then(this::check);
  }

  private Parsed<String> check(String value) {
    if (value.isEmpty()) {
      return new Parsed.Bad<>(spelling + " is empty");
    }
    if (value.length() > MAX_LENGTH) {
      return new Parsed.Bad<>(spelling + " is longer than " + MAX_LENGTH + " characters");
    }
    if (value.chars().anyMatch(Character::isISOControl)) {
      return new Parsed.Bad<>(spelling + " holds a control character");
    }
    return new Parsed.Good<>(value);
  }
}
