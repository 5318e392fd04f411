package dev.kmsagent.adapters.kms.transport;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;

/**
 * Sends a request to a host of the cloud as the agent would (TLS trust, proxy, timeouts), to find
 * what is in the way. It sends no key and no name of a secret. It blocks; for one thread.
 */
public final class HostProbe {
  private static final int PROXY_WANTS_A_LOGIN = 407;

  private final CloudConnection connection;
  private final InstantSource clock;

  /**
   * Opens no connection yet.
   *
   * @param connection of which the endpoint does not matter
   */
  public HostProbe(CloudConnection connection, InstantSource clock) {
    this.connection = connection;
    this.clock = clock;
  }

  /** What came of asking. */
  public sealed interface Probe {
    /**
     * The host answered, whatever it said.
     *
     * @param clockAhead of this machine's clock against the host's, to some seconds; empty without
     *     a valid {@code Date} header
     */
    record Answered(Optional<Duration> clockAhead) implements Probe {}

    /** There is no answer; {@code reason} is a sentence for people. */
    record Failed(String reason) implements Probe {}
  }

  /**
   * Probes the scheme and authority of {@code host}.
   *
   * @param name what the host is for people: KMS, STS
   */
  public Probe probe(String name, URI host) {
    try {
      return read(connection.send(HttpRequest.newBuilder(host.resolve("/")).build()));
    } catch (CancellationException | CompletionException unanswered) {
      return failed(unanswered, name);
    }
  }

  /** The request holds nothing confidential that the library's message could quote. */
  private static Probe failed(Throwable failure, String name) {
    var innermost = TransportFailure.causes(failure).reduce(failure, (_, cause) -> cause);
    var reason = TransportFailure.classify(failure, name).detail();
    return new Probe.Failed(reason + " (" + innermost + ")");
  }

  private Probe read(HttpResponse<byte[]> answer) {
    return answer.statusCode() == PROXY_WANTS_A_LOGIN
        ? new Probe.Failed("The proxy requires a login: give it in KMS.Proxy as user:password@.")
        : new Probe.Answered(answer.headers().firstValue("date").flatMap(this::clockAhead));
  }

  private Optional<Duration> clockAhead(String date) {
    try {
      var there = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
      return Optional.of(Duration.between(there, clock.instant()));
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }
}
