package dev.kmsagent.benchmarks;

import dev.kmsagent.domain.Retrieval.Lookup;
import dev.kmsagent.domain.ReadMode;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.domain.port.RetrieveSecret;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A hit inside: the look-up, the judgement of its age, the events. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-Xmx64m", "-XX:+UseCompactObjectHeaders"})
public class RetrievalBenchmark {
  private static final int BYTES = 160;

  @Param({"IN_MEMORY", "REDIS"})
  private CacheKind cache = CacheKind.IN_MEMORY;

  private RetrieveSecret secrets = new Retrievals().through(CacheKind.IN_MEMORY, BYTES);

  @Setup
  public void read() {
    secrets = new Retrievals().through(cache, BYTES);
  }

  /** As the thread asks that read the request. */
  @Benchmark
  public Lookup lookUp() {
    return secrets.lookUp(Retrievals.QUERY);
  }

  /** As a thread asks that may wait. */
  @Benchmark
  public CompletionStage<Retrieval> retrieve() {
    return secrets.retrieve(Retrievals.QUERY, ReadMode.CACHED);
  }
}
