package dev.kmsagent.bootstrap.e2e;

import dev.kmsagent.emulator.gateway.Fault;
import java.time.Duration;
import java.util.List;

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

  private static final Duration LONG = Duration.ofMinutes(1);

  private KmsFaults() {}

  public static List<Row> all() {
    return List.of(
        new Row(
            "KMS answers 50 ms late",
            new Fault.Latency(Duration.ofMillis(50)),
            Meaning.HARMLESS,
            "none"),
        new Row(
            "KMS answers a minute late",
            new Fault.Latency(LONG),
            Meaning.SILENT,
            "504 UpstreamTimeout"),
        new Row("KMS hangs", new Fault.Hang(), Meaning.SILENT, "504 UpstreamTimeout"),
        new Row(
            "the answer drips, ten bytes a second",
            new Fault.Drip(Duration.ofMillis(100)),
            Meaning.SILENT,
            "504 UpstreamTimeout"),
        new Row(
            "the connection is reset",
            new Fault.Reset(),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "the answer breaks off before its body",
            new Fault.Truncated(0),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "the answer breaks off in its body",
            new Fault.Truncated(20),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "KMS throttles: 429 `Rejected.Throttling`",
            Fault.throttled(),
            Meaning.TRANSIENT,
            "429 Rejected.Throttling"),
        new Row(
            "the gateway throttles: 400 `Throttling.User`",
            new Fault.Failure(400, "Throttling.User"),
            Meaning.TRANSIENT,
            "429 Throttling.User"),
        new Row(
            "500 `InternalFailure`",
            new Fault.Failure(500, "InternalFailure"),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "503 `ServiceUnavailableTemporary`",
            new Fault.Failure(503, "ServiceUnavailableTemporary"),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "the clock is wrong: 400 `IllegalTimestamp`",
            new Fault.Failure(400, "IllegalTimestamp"),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "the account is in arrears: 403 `Forbidden.InDebt`",
            new Fault.Failure(403, "Forbidden.InDebt"),
            Meaning.TRANSIENT,
            "403 Forbidden.InDebt"),
        new Row(
            "an HTML page with status 200",
            new Fault.Html(200),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "an HTML page with status 502",
            new Fault.Html(502),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "an HTML page with status 403",
            new Fault.Html(403),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "an HTML page with status 404",
            new Fault.Html(404),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "an HTML page with status 407",
            new Fault.Html(407),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "status 200 without a body",
            new Fault.Empty(200),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "status 403 without a body",
            new Fault.Empty(403),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "status 503 without a body",
            new Fault.Empty(503),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "a redirect",
            new Fault.Redirect("http://elsewhere.example/"),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "an answer that is no JSON",
            new Fault.Malformed(),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "an answer without `SecretData`",
            new Fault.Incomplete("SecretData"),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "an answer without `VersionStages`",
            new Fault.Incomplete("VersionStages"),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "an answer with fields of other types",
            new Fault.WrongTypes(),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "an answer of more than 2 MiB",
            new Fault.Oversized(2 << 20),
            Meaning.TRANSIENT,
            "502 UpstreamUnavailable"),
        new Row(
            "no permission: 403 `Forbidden.NoPermission`",
            new Fault.Failure(403, "Forbidden.NoPermission"),
            Meaning.PERMANENT,
            "403 Forbidden.NoPermission"),
        new Row(
            "no such secret: 404 `Forbidden.ResourceNotFound`",
            new Fault.Failure(404, "Forbidden.ResourceNotFound"),
            Meaning.PERMANENT,
            "404 Forbidden.ResourceNotFound"),
        new Row(
            "the key of the secret is disabled: 409 `Rejected.Disabled`",
            new Fault.Failure(409, "Rejected.Disabled"),
            Meaning.PERMANENT,
            "409 Rejected.Disabled"),
        new Row(
            "KMS does not know the AccessKey: 404 `InvalidAccessKeyId.NotFound`",
            new Fault.Failure(404, "InvalidAccessKeyId.NotFound"),
            Meaning.OURSELVES,
            "502 CredentialsUnavailable"),
        new Row(
            "KMS finds the signature wrong: 400 `SignatureDoesNotMatch`",
            new Fault.Failure(400, "SignatureDoesNotMatch"),
            Meaning.OURSELVES,
            "502 CredentialsUnavailable"));
  }
}
