package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.AgentEvents;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A key from an issuer, held, and renewed ahead of its end in the background. While that fails the
 * key is used to its end. The principal is the owner of the key that was issued last; an outage
 * takes it from nobody, a refusal does, until a key is issued again. Thread-safe.
 */
public final class RefreshingCredentials implements CredentialsProvider {
  private final RefreshTiming timing;
  private final CurrentKey holding;
  private final KeyRefresher renewal;

  /**
   * Asks nobody yet.
   *
   * @param executor for tasks that wait: virtual threads
   */
  public RefreshingCredentials(
      KeyIssuer issuer, Executor executor, RefreshTiming timing, AgentEvents events) {
    this.timing = timing;
    this.holding = new CurrentKey(timing);
    this.renewal = new KeyRefresher(issuer, executor, timing.scheduler(), events, holding);
  }

  @Override
  public void start() {
    var _ = renewal.whereNoneIsGood();
  }

  @Override
  public CompletionStage<Outcome> obtain() {
    var key = holding.key();
    return key.isGoodAt(timing.clock().instant())
        ? key.obtained()
        : renewal.whereNoneIsGood().thenApply(_ -> outcome());
  }

  private Outcome outcome() {
    var key = holding.key();
    return key.isGoodAt(timing.clock().instant())
        ? new Outcome.Obtained(key.signingKey())
        : new Outcome.Missing(holding.reason());
  }

  @Override
  public CompletionStage<Renewal> renew(SigningKey refused) {
    return renewal.whereHeld(refused).thenApply(_ -> renewal(refused));
  }

  private Renewal renewal(SigningKey refused) {
    var key = holding.key();
    return key.is(refused) || !key.isGoodAt(timing.clock().instant())
        ? renewal.failure().<Renewal>map(Renewal.Failed::new).orElseGet(Renewal.Unchanged::new)
        : new Renewal.Renewed();
  }

  @Override
  public Optional<Principal> principal() {
    return switch (holding.owner()) {
      case KeyOwner.Named(var principal) -> Optional.of(principal);
      case KeyOwner.Unnamed() -> Optional.empty();
    };
  }

  /** Breaks off an attempt under way; who waits for it learns that there is no key. */
  @Override
  public void close() {
    renewal.close();
  }
}
