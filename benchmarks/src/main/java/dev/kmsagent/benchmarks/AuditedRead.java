package dev.kmsagent.benchmarks;

import dev.kmsagent.adapters.telemetry.AuditedRetrieval;
import dev.kmsagent.adapters.telemetry.LogLosses;
import dev.kmsagent.adapters.telemetry.audit.AuditKey;
import dev.kmsagent.adapters.telemetry.audit.AuditLog;
import dev.kmsagent.config.AuditConfig;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Requester;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import dev.kmsagent.domain.time.Clocks;
import dev.kmsagent.domain.time.TimeSources;
import dev.kmsagent.testkit.VirtualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** A cached read and its audit line, written to a file: with what HTTP adds left out. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class AuditedRead {
  /** Of these none is lost: there is room for 3,000. */
  private static final int READS = 500;

  private static final Requester REQUESTER =
      new Requester() {
        @Override
        public String peer() {
          return "127.0.0.1:40000";
        }

        @Override
        public String requestId() {
          return "0123abcd-1";
        }
      };

  private final Retrievals retrievals = new Retrievals();
  private final TimeSources timing =
      new TimeSources(Clocks.of(retrievals.clock()), new VirtualTime(), () -> 0);
  private final LogLosses losses = new LogLosses(retrievals.clock());
  private final AuditLog audit = open();
  private final RetrieveSecret unaudited = retrievals.of(100);
  private final RetrieveSecret audited = of(false);
  private final RetrieveSecret required = of(true);

  /** Opens a trail in a temporary folder, which is left there. */
  private AuditLog open() {
    try {
      return AuditLog.open(
          new AuditConfig(
              true,
              Files.createTempDirectory("audit"),
              100 << 20,
              100L << 30,
              Duration.ofDays(1),
              Optional.empty()),
          Optional.of(AuditKey.of(AuditKey.create())),
          "0123456789abcdef",
          List.of(),
          losses,
          timing);
    } catch (IOException unusable) {
      throw new UncheckedIOException(unusable);
    }
  }

  private RetrieveSecret of(boolean isRequired) {
    return new AuditedRetrieval(
            isRequired, audit, losses, retrievals.events(), timing, Duration.ofSeconds(10))
        .of(unaudited, Optional.empty());
  }

  @TearDown
  public void close() {
    audit.close();
  }

  /** Without an audit. */
  @Benchmark
  @OperationsPerInvocation(READS)
  public void off(Blackhole hole) {
    for (int i = 0; i < READS; i++) {
      hole.consume(unaudited.by(REQUESTER).lookUp(Retrievals.QUERY));
    }
  }

  /** Until all lines are written. */
  @Benchmark
  @OperationsPerInvocation(READS)
  public void on(Blackhole hole) {
    for (int i = 0; i < READS; i++) {
      hole.consume(audited.by(REQUESTER).lookUp(Retrievals.QUERY));
    }
    hole.consume(audit.written().toCompletableFuture().join());
  }

  /** One after another: each waits for its line. */
  @Benchmark
  public Object required() {
    return required
        .by(REQUESTER)
        .retrieve(Retrievals.QUERY, ReadMode.CACHED)
        .toCompletableFuture()
        .join();
  }
}
