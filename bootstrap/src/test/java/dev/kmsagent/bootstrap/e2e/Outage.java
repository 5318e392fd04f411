package dev.kmsagent.bootstrap.e2e;

import dev.kmsagent.emulator.gateway.EmulatedService;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.emulator.identity.IssuedToken;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Something that goes wrong with KMS, or on the way to a key.
 *
 * @param injected the fault of the service's answers, if it is one
 */
public record Outage(String name, Meaning meaning, List<FaultRule> injected, Strike strike) {
  private static final Duration LITTLE = Duration.ofMillis(50);
  private static final Duration LONG = Duration.ofMinutes(1);

  /** The time that the agent gives the metadata service. */
  private static final Duration GIVEN_UP = Duration.ofSeconds(2);

  /** What it means to an agent. */
  public enum Meaning {
    HARMLESS,
    TRANSIENT,
    SILENT,
    REFUSAL,
    /** KMS does not know the key, or finds the signature wrong. */
    OURSELVES
  }

  /** Has it happen to a workload. */
  public interface Strike {
    void on(Workload workload) throws IOException;
  }

  public Outage {
    injected = List.copyOf(injected);
  }

  /** A service whose answers go wrong. */
  private record Service(String name, Function<Workload, EmulatedService> emulated) {
    Outage with(String what, Meaning meaning, FaultRule rule) {
      return new Outage(what, meaning, List.of(rule), it -> emulated.apply(it).faults().add(rule));
    }

    Outage with(String what, Meaning meaning, Fault fault) {
      return with(what, meaning, FaultRule.of(fault));
    }

    Outage error(Meaning meaning, String what, int status, String code) {
      return with(
          "%s: %d `%s`".formatted(what, status, code), meaning, new Fault.Failure(status, code));
    }

    Outage broken(String what, Fault fault) {
      return with(what, Meaning.TRANSIENT, fault);
    }

    /** Answers that come late, or never. */
    List<Outage> late(Meaning meaning) {
      var drip = new Fault.Drip(Duration.ofMillis(100));
      return List.of(
          with(name + " answers 50 ms late", Meaning.HARMLESS, new Fault.Latency(LITTLE)),
          with(name + " answers a minute late", meaning, new Fault.Latency(LONG)),
          with(name + " hangs", meaning, new Fault.Hang()),
          with("the answer drips, ten bytes a second", meaning, drip));
    }

    /** Answers that are of no use. */
    List<Outage> broken(String field) {
      return List.of(
          broken("the connection is reset", new Fault.Reset()),
          broken("the answer breaks off before its body", new Fault.Truncated(0)),
          broken("the answer breaks off in its body", new Fault.Truncated(2)),
          broken("an HTML page with status 200", new Fault.Html(200)),
          broken("an HTML page with status 502", new Fault.Html(502)),
          broken("status 200 without a body", new Fault.Empty(200)),
          broken("status 503 without a body", new Fault.Empty(503)),
          broken("a redirect", new Fault.Redirect("http://127.0.0.1:1/")),
          broken("an answer without `%s`".formatted(field), new Fault.Incomplete(field)),
          broken("an answer with fields of other types", new Fault.WrongTypes()),
          broken("an answer of more than 2 MiB", new Fault.Oversized(2 << 20)));
    }

    Outage refusingConnections() {
      return new Outage(
          name + " refuses connections",
          Meaning.TRANSIENT,
          List.of(),
          workload -> emulated.apply(workload).stop());
    }
  }

  private static final Service KMS = new Service("KMS", it -> it.emulator().kms());
  private static final Service STS = new Service("STS", it -> it.emulator().sts());
  private static final Service METADATA = new Service("it", it -> it.emulator().metadata());

  /** Whatever can go wrong with one answer of KMS. */
  public static List<Outage> ofKms() {
    return all(
        KMS.late(Meaning.SILENT),
        KMS.broken("SecretData"),
        List.of(
            KMS.broken("an answer without `VersionStages`", new Fault.Incomplete("VersionStages")),
            KMS.broken("an answer that is no JSON", new Fault.Malformed()),
            KMS.broken("an HTML page with status 403", new Fault.Html(403)),
            KMS.broken("an HTML page with status 404", new Fault.Html(404)),
            KMS.broken("an HTML page with status 407", new Fault.Html(407)),
            KMS.broken("status 403 without a body", new Fault.Empty(403)),
            KMS.error(Meaning.TRANSIENT, "KMS fails", 500, "InternalFailure"),
            KMS.error(Meaning.TRANSIENT, "KMS is overloaded", 503, "ServiceUnavailableTemporary"),
            KMS.error(Meaning.TRANSIENT, "the clock is wrong", 400, "IllegalTimestamp"),
            KMS.error(Meaning.TRANSIENT, "KMS throttles", 429, "Rejected.Throttling"),
            KMS.error(Meaning.TRANSIENT, "the gateway throttles", 400, "Throttling.User"),
            KMS.error(Meaning.TRANSIENT, "the account is in arrears", 403, "Forbidden.InDebt"),
            KMS.error(Meaning.REFUSAL, "no permission", 403, "Forbidden.NoPermission"),
            KMS.error(Meaning.REFUSAL, "no such secret", 404, "Forbidden.ResourceNotFound"),
            KMS.error(
                Meaning.REFUSAL, "the key of the secret is disabled", 409, "Rejected.Disabled"),
            KMS.error(
                Meaning.OURSELVES,
                "KMS does not know the AccessKey",
                404,
                "InvalidAccessKeyId.NotFound"),
            KMS.error(
                Meaning.OURSELVES, "KMS finds the signature wrong", 400, "SignatureDoesNotMatch")));
  }

  /** Whatever goes wrong with STS, and with the token that it is shown. */
  public static List<Outage> ofSts() {
    return all(
        STS.late(Meaning.SILENT),
        STS.broken("Credentials.AccessKeySecret"),
        List.of(
            STS.broken("an answer that is no JSON", new Fault.Malformed()),
            STS.error(Meaning.TRANSIENT, "STS throttles", 400, "Throttling.User"),
            STS.error(Meaning.TRANSIENT, "STS fails", 500, "InternalError"),
            STS.refusingConnections(),
            token(
                "the token has expired: 401 `AuthenticationFail.OIDCToken.Expired`",
                Meaning.TRANSIENT,
                IssuedToken::expired),
            token(
                "the token is another issuer's: 401 `AuthenticationFail.OIDCToken.Invalid`",
                Meaning.REFUSAL,
                token -> token.issuer("https://other.example/")),
            token(
                "the token is for others: 401 `AuthenticationFail.OIDCToken.AudienceNotMatch`",
                Meaning.REFUSAL,
                token -> token.audience("other")),
            token(
                "the token is forged: 401 `AuthenticationFail.OIDCToken.InvalidSignature`",
                Meaning.REFUSAL,
                IssuedToken::wronglySigned),
            refusal(
                "the role does not trust the workload: 401 `AuthenticationFail.NoPermission`",
                Outage::distrust),
            refusal(
                "the role is gone: 404 `EntityNotExist.Role`",
                workload -> workload.emulator().roles().remove(Workload.ROLE)),
            refusal("the token file is gone", workload -> Files.delete(workload.tokenFile())),
            refusal(
                "the token file is empty",
                workload -> Files.writeString(workload.tokenFile(), "\n")),
            refusal("the token file cannot be read", Outage::spoilToken)));
  }

  /** Whatever goes wrong with the metadata service of an ECS instance. */
  public static List<Outage> ofMetadata() {
    var noJson = FaultRule.of(new Fault.Malformed()).onAction("GetCredentials");
    return all(
        METADATA.late(Meaning.TRANSIENT),
        METADATA.broken("AccessKeySecret"),
        List.of(
            METADATA.with("a key that is no JSON", Meaning.TRANSIENT, noJson),
            METADATA.broken("status 429", new Fault.Failure(429, "Throttling")),
            METADATA.broken("status 500", new Fault.Failure(500, "InternalError")),
            METADATA.refusingConnections(),
            METADATA.with(
                "it turns the agent away: status 403", Meaning.REFUSAL, new Fault.Failure(403, "")),
            refusal(
                "the instance has no role any more: status 404",
                workload -> workload.emulator().instance().detachRole())));
  }

  private static List<Outage> all(List<Outage> late, List<Outage> broken, List<Outage> others) {
    return Stream.of(late, broken, others).flatMap(List::stream).toList();
  }

  private static Outage token(String name, Meaning meaning, UnaryOperator<IssuedToken> spoilt) {
    return new Outage(name, meaning, List.of(), it -> it.issue(spoilt.apply(it.token())));
  }

  private static Outage refusal(String name, Strike strike) {
    return new Outage(name, Meaning.REFUSAL, List.of(), strike);
  }

  private static void distrust(Workload workload) {
    var roles = workload.emulator().roles();
    var role = roles.find(Workload.ROLE).orElseThrow();
    roles.put(role.trusting(role.trust().subjects("system:serviceaccount:other:other")));
  }

  /** A folder in its place can be read by nobody. */
  private static void spoilToken(Workload workload) throws IOException {
    Files.delete(workload.tokenFile());
    Files.createDirectory(workload.tokenFile());
  }

  /** How long the answer takes, or the failure that stands for one. */
  Duration answersWithin() {
    return switch (injected.isEmpty() ? new Fault.Reset() : injected.getFirst().fault()) {
      case Fault.Latency _, Fault.Hang _, Fault.Drip _ ->
          meaning == Meaning.HARMLESS ? LITTLE.multipliedBy(5) : GIVEN_UP;
      default -> Duration.ZERO;
    };
  }

  @Override
  public String toString() {
    return name;
  }
}
