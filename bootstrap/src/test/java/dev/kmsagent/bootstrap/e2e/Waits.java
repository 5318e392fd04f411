package dev.kmsagent.bootstrap.e2e;

import java.time.Duration;
import java.util.Arrays;

/** How long a client waits: a class of latency, told from the others by what ends the waiting. */
enum Waits {
  /** For nothing: the answer is there while all that comes from the cloud is held up. */
  AT_ONCE("at once"),
  /** For the cloud's answer, or for the failure that stands for one. */
  ANSWER("after the answer"),
  /** As long as somebody waits who could have a stale value. */
  STALE_AFTER("after `StaleAfterMillis`"),
  /** As long as anybody waits. */
  DEADLINE("at the deadline");

  static final Duration STALE_AFTER_MILLIS = Duration.ofSeconds(8);

  static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(12);

  /** What makes the classes far apart in an agent. */
  static final String SETTINGS =
      """
      Cache.StaleAfterMillis = %d
      Server.RequestTimeoutSeconds = %d
      KMS.ReadTimeoutMillis = 60000
      """
          .formatted(STALE_AFTER_MILLIS.toMillis(), REQUEST_TIMEOUT.toSeconds());

  private final String words;

  Waits(String words) {
    this.words = words;
  }

  /** The class of an answer that took so long, by whether the barrier was still closed then. */
  static Waits of(Duration took, boolean barred) {
    if (took.equals(REQUEST_TIMEOUT)) {
      return DEADLINE;
    }
    if (took.equals(STALE_AFTER_MILLIS)) {
      return STALE_AFTER;
    }
    return barred ? AT_ONCE : ANSWER;
  }

  static Waits named(String words) {
    return Arrays.stream(values())
        .filter(each -> each.words.replace("`", "").equals(words))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(words));
  }

  @Override
  public String toString() {
    return words;
  }
}
