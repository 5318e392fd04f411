package dev.kmsagent.application.tenants;

import dev.kmsagent.domain.FairRate;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict;
import dev.kmsagent.domain.port.out.VerifyPodToken.UnverifiedToken;
import dev.kmsagent.domain.time.TimeSources;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Verifies tokens; after many wrong ones, by the address that sent them and the subject that they
 * claim to be of, the next wait, but those that were verified before. A right token that waits
 * among them is not refused for them. As many wait as the server lets an address. Thread-safe.
 */
final class TokenVerification {
  /** Verifying a token costs several cached reads. */
  static final int WRONG_OF_CLAIM = 50;

  static final int WRONG_OF_ALL = 2000;

  /** At least; half of the time of a request at most. */
  static final Duration PAUSE = Duration.ofMillis(500);

  private final TimeSources timing;
  private final Duration longestPause;
  private final FairRate<Claim> wrong;

  /** Who sends a token, as far as that is known before it is verified. */
  private record Claim(String peer, Subject subject) {}

  TokenVerification(TimeSources timing, Duration window, Duration requestTimeout) {
    this.timing = timing;
    this.longestPause = requestTimeout.dividedBy(2);
    this.wrong = new FairRate<>(window, WRONG_OF_CLAIM, WRONG_OF_ALL, Claim::peer);
  }

  /** Verifies a token now or later, and counts it if it is wrong. */
  CompletableFuture<TokenVerdict> verify(UnverifiedToken token, String peer) {
    var claim = new Claim(peer, token.claimed());
    var isNow = wrong.hasRoom(claim, timing.now()) || token.wasVerified();
    var verdict = isNow ? token.verify().toCompletableFuture() : verifyLater(token);
    return verdict.thenApply(it -> counted(it, claim));
  }

  private TokenVerdict counted(TokenVerdict verdict, Claim claim) {
    if (verdict instanceof TokenVerdict.Rejected) {
      var _ = wrong.admits(claim, timing.now());
    }
    return verdict;
  }

  private CompletableFuture<TokenVerdict> verifyLater(UnverifiedToken token) {
    var pause = PAUSE.plusMillis((long) (timing.chance().getAsDouble() * 500));
    var wait = pause.compareTo(longestPause) < 0 ? pause : longestPause;
    return timing
        .scheduler()
        .completeAfter(wait, new CompletableFuture<UnverifiedToken>(), () -> token)
        .thenCompose(UnverifiedToken::verify)
        .toCompletableFuture();
  }
}
