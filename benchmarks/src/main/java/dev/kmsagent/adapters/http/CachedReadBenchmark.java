package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.token.TokenGuard;
import dev.kmsagent.adapters.http.token.TokenReading;
import dev.kmsagent.adapters.http.token.TokenSource;
import dev.kmsagent.benchmarks.CacheKind;
import dev.kmsagent.benchmarks.Retrievals;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
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

/**
 * A cached read from the parsed head of a request to the bytes of its answer: every check, the
 * parameters, the look-up, the events, header fields and body. Jetty's part is left out.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-Xmx64m", "-XX:+UseCompactObjectHeaders"})
public class CachedReadBenchmark {
  private static final String TOKEN = "0123456789abcdef".repeat(4);

  @Param({"160", "30720"})
  private int valueBytes = 160;

  private final RequestHead head = GetHead.of(Retrievals.NAME, TOKEN);
  private final ByteSink sink = new ByteSink();
  private Listener listener = listener(valueBytes);

  @Setup
  public void read() throws IOException {
    listener = listener(valueBytes);
    if (answer() < valueBytes) {
      throw new IllegalStateException("the answer is too short to hold the value");
    }
  }

  private static Listener listener(int valueBytes) {
    var retrievals = new Retrievals();
    var inside =
        new Inside(
            retrievals.through(CacheKind.IN_MEMORY, valueBytes),
            retrievals.health(),
            retrievals.metrics(),
            retrievals.events());
    var dialect = retrievals.dialect();
    var replies = new Replies(dialect, new RequestIds("bench"), inside.events());
    return new MainListener(
        FrontDoor.of(settings(), dialect, guard()),
        new Pages(inside),
        new SecretDesk(inside.secrets(), retrievals.clock(), replies),
        replies,
        settings());
  }

  private static HttpSettings settings() {
    var anywhere = new HttpSettings.Address("127.0.0.1", 0);
    return new HttpSettings(anywhere, Optional.empty(), List.of(), "/v1/", 800, false, "bench");
  }

  private static TokenGuard guard() {
    return switch (TokenSource.of(TOKEN).read()) {
      case TokenReading.Usable(var token) ->
          new TokenGuard(List.of("X-KMS-Token", "X-Vault-Token"), token);
      case TokenReading.Unusable(var reason) -> throw new IllegalStateException(reason);
    };
  }

  /** Gives the length of the answer. */
  @Benchmark
  public int answer() throws IOException {
    sink.clear();
    if (!listener.serveAtOnce(head, sink)) {
      throw new IllegalStateException("not answered at once");
    }
    return sink.size();
  }
}
