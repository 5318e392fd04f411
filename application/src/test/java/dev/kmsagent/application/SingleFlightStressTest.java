package dev.kmsagent.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.domain.FetchOutcome;
import dev.kmsagent.domain.FetchOutcome.Fetched;
import dev.kmsagent.domain.FreshnessPolicy;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.SecretQuery;
import dev.kmsagent.domain.port.SecretSource;
import dev.kmsagent.testkit.FakeSecretCache;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Real threads, a source that answers on a thread of its own, and every interleaving they make. */
class SingleFlightStressTest {
  private static final int ROUNDS = 300;
  private static final int CALLERS = 16;

  /** Counts the calls. */
  private static final class CountingSource implements SecretSource {
    private final Executor executor;
    final AtomicInteger calls = new AtomicInteger();

    CountingSource(Executor executor) {
      this.executor = executor;
    }

    @Override
    public CompletionStage<FetchOutcome> fetch(SecretQuery query, Instant deadline) {
      return CompletableFuture.supplyAsync(() -> answer(query), executor);
    }

    private FetchOutcome answer(SecretQuery query) {
      var version = "v" + calls.incrementAndGet();
      return new Fetched(Secrets.text(query.name().value(), version, version));
    }
  }

  private static CachedRetrieval retrieval(SecretSource source) {
    return new CachedRetrieval(
        new RetrievalPorts(
            source, new FakeSecretCache(), Secrets::plain, new FakeIdentity(), _ -> {}),
        new TimeSources(new VirtualTime(), (_, _) -> () -> {}, () -> 0.5),
        new RetrievalSettings(
            new FreshnessPolicy(Duration.ofHours(1), 0, 1, Duration.ofDays(1)),
            Duration.ofSeconds(10),
            Duration.ofMillis(500),
            1000));
  }

  private static void callAtOnce(Callable<?> call) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> done = new ArrayList<>();
      for (var i = 0; i < CALLERS; i++) {
        done.add(threads.submit(call));
      }
      for (var one : done) {
        one.get();
      }
    }
  }

  @Test
  void readers_of_an_absent_secret_cause_one_call_however_they_interleave() throws Exception {
    try (var executor = Executors.newFixedThreadPool(2)) {
      var source = new CountingSource(executor);
      var retrieval = retrieval(source);
      for (var round = 0; round < ROUNDS; round++) {
        var query = Secrets.current("secret-" + round);
        callAtOnce(() -> retrieval.retrieve(query, ReadMode.CACHED).toCompletableFuture().get());
      }
      assertThat(source.calls).hasValue(ROUNDS);
    }
  }
}
