package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.credentials.CredentialsProvider.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A key in use.
 *
 * @param end its true end; {@code Instant.MAX}: lasting
 * @param goodUntil when its use ends: a little sooner, since a call takes time and clocks differ
 * @param obtained the key as an outcome, made once
 */
record ExpiringKey(
    SigningKey signingKey, Instant end, Instant goodUntil, CompletionStage<Outcome> obtained) {
  private static final Duration GREATEST_MARGIN = Duration.ofMinutes(1);
  private static final int MARGIN_DIVISOR = 10;

  /** No key: one that was never good. */
  static final ExpiringKey NONE =
      of(SigningKey.longLived("none", "none"), Instant.EPOCH, Instant.EPOCH);

  /** One that was obtained at {@code now}. */
  static ExpiringKey at(Instant now, SigningKey signingKey, Instant end) {
    return of(
        signingKey,
        end,
        end.equals(Instant.MAX) ? end : end.minus(margin(Duration.between(now, end))));
  }

  private static ExpiringKey of(SigningKey signingKey, Instant end, Instant goodUntil) {
    return new ExpiringKey(
        signingKey,
        end,
        goodUntil,
        CompletableFuture.completedStage(new Outcome.Obtained(signingKey)));
  }

  private static Duration margin(Duration life) {
    var part = life.dividedBy(MARGIN_DIVISOR);
    return part.compareTo(GREATEST_MARGIN) < 0 ? part : GREATEST_MARGIN;
  }

  boolean isGoodAt(Instant now) {
    return now.isBefore(goodUntil);
  }

  boolean isLasting() {
    return end.equals(Instant.MAX);
  }

  boolean is(SigningKey other) {
    return signingKey.equals(other);
  }

  /** How long it stays good; nothing or less once it is not. */
  Duration leftAt(Instant now) {
    return Duration.between(now, goodUntil);
  }
}
