package dev.kmsagent.adapters.kms.transport;

import dev.kmsagent.adapters.kms.transport.TransportFailure.Step;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;

/**
 * Sends a request to a host of the cloud as the agent would (TLS trust, proxy, timeouts), to find
 * which step fails. It sends no key and no name of a secret. It blocks; for one thread.
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
     * @param clockAhead of this machine's clock against the host's, to about a second
     */
    record Answered(Duration clockAhead) implements Probe {}

    /** The host answered without a valid {@code Date} header. */
    record AnsweredWithoutTime() implements Probe {}

    /** It got no further than this step; {@code reason} is a sentence for people. */
    record Stopped(Step step, String reason) implements Probe {}
  }

  /** Probes the scheme and authority of {@code host}. */
  public Probe probe(URI host) throws InterruptedException {
    var request =
        HttpRequest.newBuilder(host.resolve("/"))
            .timeout(connection.config().readTimeout())
            .build();
    var asked = clock.instant();
    try {
      var answer = connection.client().send(request, BodyHandlers.discarding());
      return read(answer, middle(asked, clock.instant()));
    } catch (IOException failure) {
      return stopped(TransportFailure.of(failure).orElseThrow());
    }
  }

  private static Probe stopped(TransportFailure failure) {
    return new Probe.Stopped(failure.step(), failure.advice());
  }

  private static Instant middle(Instant asked, Instant answered) {
    return asked.plus(Duration.between(asked, answered).dividedBy(2));
  }

  private static Probe read(HttpResponse<Void> answer, Instant here) {
    if (answer.statusCode() == PROXY_WANTS_A_LOGIN) {
      return new Probe.Stopped(
          Step.CONNECTION, "The proxy requires a login: give it in KMS.Proxy as user:password@.");
    }
    return answer
        .headers()
        .firstValue("date")
        .map(date -> compare(date, here))
        .orElseGet(Probe.AnsweredWithoutTime::new);
  }

  private static Probe compare(String date, Instant here) {
    try {
      var there = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
      return new Probe.Answered(Duration.between(there, here));
    } catch (DateTimeException _) {
      return new Probe.AnsweredWithoutTime();
    }
  }
}
