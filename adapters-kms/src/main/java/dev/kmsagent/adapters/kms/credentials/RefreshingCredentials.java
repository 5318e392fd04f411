package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.KeyOwner;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.AgentEvents;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A key from an issuer, refreshed in the background ahead of its end. While that fails the key is
 * used to its end. The principal is the owner of the latest key; it stays through an outage of the
 * issuer, and is unknown after a refusal until a key is issued again. Thread-safe.
 */
public final class RefreshingCredentials implements CredentialsProvider {
  private final RefreshTiming timing;
  private final CurrentKey current;
  private final KeyRefresher refresher;

  /**
   * Asks the issuer for nothing yet.
   *
   * @param executor for tasks that wait: virtual threads
   */
  public RefreshingCredentials(
      KeyIssuer issuer, Executor executor, RefreshTiming timing, AgentEvents events) {
    this.timing = timing;
    this.current = new CurrentKey(timing);
    this.refresher = new KeyRefresher(issuer, executor, timing.scheduler(), events, current);
  }

  @Override
  public void start() {
    var _ = refresher.ifNoneIsUsable();
  }

  @Override
  public CompletionStage<Outcome> obtain() {
    var key = current.key();
    return key.isUsableAt(timing.clock().instant())
        ? CompletableFuture.completedStage(new Outcome.Obtained(key.signingKey()))
        : refresher.ifNoneIsUsable().thenApply(_ -> outcome());
  }

  private Outcome outcome() {
    var key = current.key();
    return key.isUsableAt(timing.clock().instant())
        ? new Outcome.Obtained(key.signingKey())
        : new Outcome.Missing(current.reason());
  }

  @Override
  public CompletionStage<Refresh> refresh(SigningKey refused) {
    return refresher.ifCurrent(refused).thenApply(_ -> refreshed(refused));
  }

  private Refresh refreshed(SigningKey refused) {
    var key = current.key();
    return key.is(refused) || !key.isUsableAt(timing.clock().instant())
        ? refresher.failure().<Refresh>map(Refresh.Failed::new).orElseGet(Refresh.Unchanged::new)
        : new Refresh.Refreshed(key.signingKey());
  }

  @Override
  public Optional<Principal> principal() {
    return switch (current.owner()) {
      case KeyOwner.Named(var principal) -> Optional.of(principal);
      case KeyOwner.Unnamed() -> Optional.empty();
    };
  }

  /** Cancels an attempt under way; calls that wait for it get no key. */
  @Override
  public void close() {
    refresher.close();
  }
}
