package dev.kmsagent.testkit;

import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.port.out.VerifyPodToken.TokenVerdict;
import dev.kmsagent.domain.port.out.VerifyPodToken.UnverifiedToken;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A token that is verified at once, as a test says. */
public record FakeUnverifiedToken(
    Subject claimed, boolean wasVerified, Supplier<TokenVerdict> verdict)
    implements UnverifiedToken {
  @Override
  public CompletionStage<TokenVerdict> verify() {
    return CompletableFuture.completedStage(verdict.get());
  }
}
