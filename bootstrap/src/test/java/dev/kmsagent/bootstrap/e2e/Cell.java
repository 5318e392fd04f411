package dev.kmsagent.bootstrap.e2e;

/**
 * What comes of one request in an outage.
 *
 * @param got status with the value or the code
 * @param waits how long that takes
 * @param calls how many calls for that secret reach KMS
 */
record Cell(String got, Waits waits, long calls) {
  static final String NEW = "200 new";
  static final String OLD = "200 old";
  static final String STALE = "200 old, stale";

  /** What a client got, in these words. */
  static String got(AgentAnswer answer) {
    if (answer.status() != 200) {
      return answer.verdict();
    }
    var stale = answer.cacheStatus().endsWith("stale-if-error") ? ", stale" : "";
    return "200 " + answer.text("SecretData") + stale;
  }

  /** Reads {@code stale, at once, 1}; {@code failure} stands for that of the fault. */
  static Cell parse(String text, String failure) {
    var parts = text.split(", ", -1);
    var got =
        switch (parts[0]) {
          case "new" -> NEW;
          case "old" -> OLD;
          case "stale" -> STALE;
          case "failure" -> failure;
          default -> throw new IllegalArgumentException(text);
        };
    return new Cell(got, Waits.named(parts[1]), Long.parseLong(parts[2]));
  }

  @Override
  public String toString() {
    var times =
        switch ((int) calls) {
          case 0 -> "no call";
          case 1 -> "1 call";
          default -> calls + " calls";
        };
    return got + " · " + waits + " · " + times;
  }
}
