package dev.kmsagent.bootstrap.wiring;

import dev.kmsagent.adapters.telemetry.AuditTrail.Delivery;
import dev.kmsagent.adapters.telemetry.AuditedRetrieval;
import dev.kmsagent.adapters.telemetry.LogLosses;
import dev.kmsagent.application.CachedRetrieval;
import dev.kmsagent.application.RetrievalPorts;
import dev.kmsagent.application.RetrievalSettings;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.FakeSecretSource;
import dev.kmsagent.testkit.RetrieveSecretContract;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** {@link AuditedRetrieval} around the retrieval that it ships with. */
final class AuditedReadsTest implements RetrieveSecretContract {
  private final VirtualTime time = new VirtualTime();
  private final FakeSecretSource kms = new FakeSecretSource(time);
  private final RetrieveSecret cached =
      new CachedRetrieval(
              new RetrievalPorts(new FakeSecretCache(), Secrets::plain, Optional::empty, _ -> {}),
              time.timing(),
              new RetrievalSettings(
                  new FreshnessPolicy(TTL, 0, 0.8, Duration.ofDays(1)),
                  REQUEST_TIMEOUT,
                  Duration.ofMillis(500),
                  1000))
          .with(kms);
  private final RetrieveSecret audited =
      new AuditedRetrieval(
              true,
              (_, _, _) -> CompletableFuture.completedStage(Delivery.WRITTEN),
              new LogLosses(time),
              _ -> {},
              time.timing(),
              REQUEST_TIMEOUT)
          .of(cached, Optional.empty());

  @Override
  public RetrieveSecret retrieval() {
    return audited;
  }

  @Override
  public FakeSecretSource kms() {
    return kms;
  }

  @Override
  public VirtualTime time() {
    return time;
  }
}
