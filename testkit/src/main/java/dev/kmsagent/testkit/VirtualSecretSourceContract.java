package dev.kmsagent.testkit;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.concurrent.CompletionStage;

/** The contract on virtual time, with a {@link FakeSecretSource} as KMS: for decorators. */
public interface VirtualSecretSourceContract extends SecretSourceContract {
  /** What stands behind the source under test. */
  FakeSecretSource kms();

  /** The clock and the timers of both. */
  VirtualTime time();

  @Override
  default InstantSource clock() {
    return time();
  }

  @Override
  default void hold(String name, String text) {
    kms().hold(name, "v1", text);
  }

  @Override
  default void hold(String name, byte[] bytes) {
    var secret = Secrets.binary(name, "v1", Base64.getEncoder().encodeToString(bytes));
    kms().answer(Secrets.current(name), new Fetched(secret));
  }

  @Override
  default void breakDown() {
    kms().failWith(Secrets.unreachable());
  }

  @Override
  default void hang() {
    kms().latency(AMPLE.multipliedBy(2));
  }

  @Override
  default void await(CompletionStage<FetchOutcome> stage, Duration time) {
    if (!stage.toCompletableFuture().isDone()) {
      time().advance(time);
    }
  }
}
