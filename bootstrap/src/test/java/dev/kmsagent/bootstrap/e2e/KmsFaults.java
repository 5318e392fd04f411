package dev.kmsagent.bootstrap.e2e;

import dev.kmsagent.emulator.gateway.Fault;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Whatever can go wrong with one answer of KMS. */
public final class KmsFaults {
  /** What a fault means to the agent. */
  public enum Meaning {
    HARMLESS,
    TRANSIENT,
    SILENT,
    PERMANENT,
    OURSELVES
  }

  /** One fault, and how a request fails for which there is nothing to serve. */
  public record Row(String name, Fault fault, Meaning meaning, String failure) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final Duration LITTLE = Duration.ofMillis(50);
  private static final Duration LONG = Duration.ofMinutes(1);

  private KmsFaults() {}

  /** Whatever can go wrong, in the order of the page on outages. */
  public static List<Row> all() {
    return Stream.of(
            List.of(harmless("KMS answers 50 ms late", new Fault.Latency(LITTLE))),
            silences(),
            broken(),
            told(),
            pages(),
            unreadable(),
            refusals(),
            doubtsInUs())
        .flatMap(List::stream)
        .toList();
  }

  private static Row harmless(String name, Fault fault) {
    return new Row(name, fault, Meaning.HARMLESS, "none");
  }

  private static List<Row> silences() {
    return List.of(
        silent("KMS answers a minute late", new Fault.Latency(LONG)),
        silent("KMS hangs", new Fault.Hang()),
        silent("the answer drips, ten bytes a second", new Fault.Drip(Duration.ofMillis(100))));
  }

  private static Row silent(String name, Fault fault) {
    return new Row(name, fault, Meaning.SILENT, "504 UpstreamTimeout");
  }

  private static List<Row> broken() {
    return List.of(
        unavailable("the connection is reset", new Fault.Reset()),
        unavailable("the answer breaks off before its body", new Fault.Truncated(0)),
        unavailable("the answer breaks off in its body", new Fault.Truncated(20)));
  }

  /** A request fails as when KMS cannot be reached. */
  private static Row unavailable(String name, Fault fault) {
    return new Row(name, fault, Meaning.TRANSIENT, "502 UpstreamUnavailable");
  }

  /** What KMS says of itself, of the clock and of the account. */
  private static List<Row> told() {
    return List.of(
        passedOn("KMS throttles: 429", 429, "Rejected.Throttling", 429),
        passedOn("the gateway throttles: 400", 400, "Throttling.User", 429),
        unavailable("500 `InternalFailure`", new Fault.Failure(500, "InternalFailure")),
        unavailable(
            "503 `ServiceUnavailableTemporary`",
            new Fault.Failure(503, "ServiceUnavailableTemporary")),
        unavailable(
            "the clock is wrong: 400 `IllegalTimestamp`",
            new Fault.Failure(400, "IllegalTimestamp")),
        passedOn("the account is in arrears: 403", 403, "Forbidden.InDebt", 403));
  }

  /** A request fails with the code of KMS. */
  private static Row passedOn(String name, int status, String code, int told) {
    return row(name, status, code, Meaning.TRANSIENT, told + " " + code);
  }

  private static Row row(String name, int status, String code, Meaning meaning, String failure) {
    var fault = new Fault.Failure(status, code);
    return new Row("%s `%s`".formatted(name, code), fault, meaning, failure);
  }

  private static List<Row> pages() {
    var html =
        Stream.of(200, 502, 403, 404, 407)
            .map(it -> unavailable("an HTML page with status " + it, new Fault.Html(it)));
    var empty =
        Stream.of(200, 403, 503)
            .map(it -> unavailable("status " + it + " without a body", new Fault.Empty(it)));
    return Stream.concat(html, empty).toList();
  }

  private static List<Row> unreadable() {
    return List.of(
        unavailable("a redirect", new Fault.Redirect("http://elsewhere.example/")),
        unavailable("an answer that is no JSON", new Fault.Malformed()),
        unavailable("an answer without `SecretData`", new Fault.Incomplete("SecretData")),
        unavailable("an answer without `VersionStages`", new Fault.Incomplete("VersionStages")),
        unavailable("an answer with fields of other types", new Fault.WrongTypes()),
        unavailable("an answer of more than 2 MiB", new Fault.Oversized(2 << 20)));
  }

  private static List<Row> refusals() {
    return List.of(
        refused("no permission: 403", 403, "Forbidden.NoPermission"),
        refused("no such secret: 404", 404, "Forbidden.ResourceNotFound"),
        refused("the key of the secret is disabled: 409", 409, "Rejected.Disabled"));
  }

  private static Row refused(String name, int status, String code) {
    return row(name, status, code, Meaning.PERMANENT, status + " " + code);
  }

  private static List<Row> doubtsInUs() {
    return List.of(
        doubt("KMS does not know the AccessKey: 404", 404, "InvalidAccessKeyId.NotFound"),
        doubt("KMS finds the signature wrong: 400", 400, "SignatureDoesNotMatch"));
  }

  private static Row doubt(String name, int status, String code) {
    return row(name, status, code, Meaning.OURSELVES, "502 CredentialsUnavailable");
  }
}
