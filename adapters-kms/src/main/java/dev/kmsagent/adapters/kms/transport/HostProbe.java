package dev.kmsagent.adapters.kms.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.ClosedChannelException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;

/**
 * Sends a request to a host of the cloud as the agent would (TLS trust, proxy, timeouts), to find
 * what is in the way. It sends no key and no name of a secret. It blocks; for one thread.
 *
 * @param connection of which the endpoint does not matter
 */
public record HostProbe(CloudConnection connection) {
  private static final int PROXY_WANTS_A_LOGIN = 407;

  /** A timeout and throttling; with those of servers, the statuses of a host that cannot work. */
  private static final Set<Integer> CANNOT_WORK = Set.of(408, 429);

  private static final Pattern CANNOT_WORK_CODE =
      Pattern.compile("(Rejected\\.)?Throttling.*|Internal(Failure|Error).*|ServiceUnavailable.*");

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}");

  /** What came of asking. */
  public sealed interface Probe {
    /**
     * The host works: it refused the request, which names no action, with a code and a request id,
     * as STS and KMS do, or in Protocol Buffers, as an instance's own gateway may. A proxy, a web
     * filter and a service in an outage do not.
     *
     * @param clockAhead of this machine's clock against the host's, to some seconds; empty without
     *     a valid {@code Date} header
     */
    record Answered(Optional<Duration> clockAhead) implements Probe {}

    /** There is no such answer; {@code reason} is a sentence for people. */
    record Failed(String reason) implements Probe {}
  }

  /**
   * Probes the scheme and authority of {@code host}.
   *
   * @param name what the host is for people: KMS, STS
   */
  public Probe probe(String name, URI host) {
    try {
      var request = HttpRequest.newBuilder(host.resolve("/?Format=JSON")).build();
      return read(name, connection.send(request));
    } catch (CancellationException | CompletionException unanswered) {
      return failed(unanswered, name);
    }
  }

  /** The request holds nothing confidential that the library's message could quote. */
  private static Probe failed(Throwable failure, String name) {
    var innermost =
        TransportFailure.causes(failure)
            .filter(cause -> !(cause instanceof ClosedChannelException))
            .reduce(failure, (_, cause) -> cause);
    var reason = TransportFailure.classify(failure, name).detail();
    return new Probe.Failed(reason + " (" + innermost + ")");
  }

  private Probe read(String name, HttpResponse<byte[]> answer) {
    int status = answer.statusCode();
    var body = Objects.requireNonNullElse(answer.body(), new byte[0]);
    var code = field(body, "Code");
    if (status == PROXY_WANTS_A_LOGIN) {
      return new Probe.Failed(
          "The proxy requires a login: give it in KMS.Proxy as user:password@.");
    }
    if (status >= 500 || CANNOT_WORK.contains(status) || CANNOT_WORK_CODE.matcher(code).matches()) {
      var said = (status + " " + code).strip();
      return new Probe.Failed(name + " could not answer just now (HTTP status " + said + ").");
    }
    var type = answer.headers().firstValue("content-type").orElse("");
    var isError = !code.isEmpty() && !field(body, "RequestId").isEmpty() && !type.contains("html");
    if (status / 100 != 4 || !(isError || type.contains("protobuf"))) {
      return new Probe.Failed(
          "Not %s but something else answered (HTTP status %d).".formatted(name, status));
    }
    return new Probe.Answered(answer.headers().firstValue("date").flatMap(this::clockAhead));
  }

  /** A field of an error, which is XML where a host does not know the format that is asked for. */
  private static String field(byte[] error, String name) {
    var xml = Pattern.compile("<%s>([^<]+)</%1$s>".formatted(name));
    return StrictJson.object(error)
        .flatMap(json -> StrictJson.string(json, name))
        .or(
            () ->
                xml.matcher(new String(error, UTF_8)).results().map(it -> it.group(1)).findFirst())
        .filter(NAME.asMatchPredicate())
        .orElse("");
  }

  private Optional<Duration> clockAhead(String date) {
    try {
      var there = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
      return Optional.of(Duration.between(there, connection.timing().clocks().wall().instant()));
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }
}
