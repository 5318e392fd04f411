package dev.kmsagent.adapters.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kmsagent.adapters.http.request.SecretRequestParser;
import dev.kmsagent.benchmarks.Retrievals;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Stage;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
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

  private final Request request = request();
  private final Retrievals retrievals = new Retrievals();
  private final ByteBuffer sent = ByteBuffer.allocate(64 * 1024);
  private Callers callers = callers();
  private RequestGuard guard = guard();
  private FastPathHandler fastPath = fastPath();

  @Setup
  public void read() {
    callers = callers();
    guard = guard();
    fastPath = fastPath();
    if (answer() < valueBytes) {
      throw new IllegalStateException("the answer is too short to hold the value");
    }
  }

  /** What an application sends for a secret. */
  private static Request request() {
    var uri = HttpURI.from(RouteTable.QUERY_ROUTE + "?secretId=" + Retrievals.NAME);
    var fields =
        HttpFields.build()
            .add("Host", "127.0.0.1:2025")
            .add("User-Agent", "curl/8.14.1")
            .add("Accept", "*/*")
            .add("X-KMS-Token", TOKEN)
            .asImmutable();
    var types = new Class<?>[] {Request.class};
    var unused = Proxy.newProxyInstance(Request.class.getClassLoader(), types, (_, _, _) -> null);
    return new Request.Wrapper((Request) unused) {
      @Override
      public String getMethod() {
        return "GET";
      }

      @Override
      public HttpURI getHttpURI() {
        return uri;
      }

      @Override
      public HttpFields getHeaders() {
        return fields;
      }
    };
  }

  private RequestGuard guard() {
    var pages = new StatusPages(retrievals.health(), retrievals.metrics());
    var parser = new SecretRequestParser(Stage::new);
    var config = Retrievals.config().server();
    return new RequestGuard(
        RouteTable.ofMain(pages, Optional.empty(), config.pathPrefix(), parser),
        new AllowedHosts(config.guard().allowedHosts()),
        callers,
        Optional.empty(),
        retrievals.events());
  }

  private Callers callers() {
    var token = new ConfidentialText(TOKEN);
    var secrets = retrievals.of(valueBytes);
    return new TokenHolders(Retrievals.config().server().guard().headers(), () -> token, secrets);
  }

  private FastPathHandler fastPath() {
    var replies =
        new ReplyFactory(
            Retrievals.config().server(), retrievals.events(), retrievals.clock(), "bench");
    return new FastPathHandler(
        new ServerConnector(new Server()),
        guard,
        guard,
        replies,
        _ -> {
          throw new IllegalStateException("the secret is cached");
        },
        Optional.empty());
  }

  /** Gives the length of the answer. */
  @Benchmark
  public int answer() {
    var admission = guard.admit(request);
    var reply =
        fastPath.immediateReply(request, admission, Callers.preconditionOf(request)).orElseThrow();
    sent.clear();
    reply.headers().forEach(this::put);
    sent.put(reply.body());
    return sent.position();
  }

  /** Puts a field as it goes over the wire. */
  private void put(HttpField field) {
    if (field instanceof PreEncodedHttpField encoded) {
      encoded.putTo(sent, HttpVersion.HTTP_1_1);
    } else {
      put(field.getName());
      put(": ");
      put(field.getValue());
      put("\r\n");
    }
  }

  private void put(String text) {
    sent.put(text.getBytes(ISO_8859_1));
  }
}
