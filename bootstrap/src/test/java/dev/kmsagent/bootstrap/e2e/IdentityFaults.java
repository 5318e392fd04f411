package dev.kmsagent.bootstrap.e2e;

import dev.kmsagent.emulator.gateway.EmulatedService;
import dev.kmsagent.emulator.gateway.Fault;
import dev.kmsagent.emulator.gateway.FaultRule;
import dev.kmsagent.emulator.identity.IssuedToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** Whatever can go wrong where an agent gets its keys. */
public final class IdentityFaults {
  /** What a fault means to an agent that needs another key. */
  public enum Meaning {
    HARMLESS,
    TRANSIENT,
    SILENT,
    REFUSAL
  }

  /** A fault that is injected into the answers of a service. */
  public record Injected(String name, Meaning meaning, FaultRule rule) {
    Injected(String name, Meaning meaning, Fault fault) {
      this(name, meaning, FaultRule.of(fault));
    }

    Row into(Function<Workload, EmulatedService> service) {
      return new Row(
          name, meaning, answersWithin(), workload -> service.apply(workload).faults().add(rule));
    }

    /** A transient silence is one that the agent gives up by itself. */
    private Duration answersWithin() {
      return switch (rule.fault()) {
        case Fault.Latency _, Fault.Hang _, Fault.Drip _ ->
            meaning == Meaning.HARMLESS ? LITTLE.multipliedBy(5) : GIVEN_UP;
        default -> Duration.ZERO;
      };
    }
  }

  /**
   * Something that goes wrong.
   *
   * @param answersWithin how long the answer takes, or the failure that stands for one
   */
  public record Row(
      String name, Meaning meaning, Duration answersWithin, Consumer<Workload> strike) {
    public Row(String name, Meaning meaning, Consumer<Workload> strike) {
      this(name, meaning, Duration.ZERO, strike);
    }

    /** How a request fails for which there is nothing to serve. */
    public String failure() {
      return meaning == Meaning.SILENT ? "504 UpstreamTimeout" : "502 CredentialsUnavailable";
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration LITTLE = Duration.ofMillis(50);

  /** The time that the agent gives the metadata service. */
  private static final Duration GIVEN_UP = Duration.ofSeconds(2);

  private static final Fault OVERSIZED = new Fault.Oversized(2 << 20);

  private IdentityFaults() {}

  /** Whatever goes wrong with STS. */
  public static List<Row> ofSts() {
    var answers = answersOfSts().stream().map(each -> each.into(of -> of.emulator().sts()));
    return Stream.concat(answers, ofStsElse().stream()).toList();
  }

  /** Whatever goes wrong with the metadata service. */
  public static List<Row> ofMetadata() {
    var answers =
        answersOfMetadata().stream().map(each -> each.into(of -> of.emulator().metadata()));
    return Stream.concat(answers, ofMetadataElse().stream()).toList();
  }

  /** What goes wrong with an answer of STS. */
  public static List<Injected> answersOfSts() {
    return List.of(
        new Injected("STS answers 50 ms late", Meaning.HARMLESS, new Fault.Latency(LITTLE)),
        new Injected("STS answers a minute late", Meaning.SILENT, new Fault.Latency(LONG)),
        new Injected("STS hangs", Meaning.SILENT, new Fault.Hang()),
        new Injected(
            "the answer drips, ten bytes a second",
            Meaning.SILENT,
            new Fault.Drip(Duration.ofMillis(100))),
        new Injected("the connection is reset", Meaning.TRANSIENT, new Fault.Reset()),
        new Injected(
            "the answer breaks off before its body", Meaning.TRANSIENT, new Fault.Truncated(0)),
        new Injected(
            "the answer breaks off in its body", Meaning.TRANSIENT, new Fault.Truncated(20)),
        new Injected(
            "STS throttles: 400 `Throttling.User`",
            Meaning.TRANSIENT,
            new Fault.Failure(400, "Throttling.User")),
        new Injected(
            "500 `InternalError`", Meaning.TRANSIENT, new Fault.Failure(500, "InternalError")),
        new Injected("an HTML page with status 502", Meaning.TRANSIENT, new Fault.Html(502)),
        new Injected("an HTML page with status 200", Meaning.TRANSIENT, new Fault.Html(200)),
        new Injected("status 200 without a body", Meaning.TRANSIENT, new Fault.Empty(200)),
        new Injected("status 503 without a body", Meaning.TRANSIENT, new Fault.Empty(503)),
        new Injected(
            "a redirect", Meaning.TRANSIENT, new Fault.Redirect("http://elsewhere.example/")),
        new Injected("an answer that is no JSON", Meaning.TRANSIENT, new Fault.Malformed()),
        new Injected(
            "an answer without a key's secret",
            Meaning.TRANSIENT,
            new Fault.Incomplete("Credentials.AccessKeySecret")),
        new Injected(
            "an answer with fields of other types", Meaning.TRANSIENT, new Fault.WrongTypes()),
        new Injected("an answer of more than 2 MiB", Meaning.TRANSIENT, OVERSIZED));
  }

  /** What else goes wrong with STS, and with the token that it is shown. */
  private static List<Row> ofStsElse() {
    return List.of(
        stop("STS refuses connections", workload -> workload.emulator().sts()),
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
        new Row(
            "the role does not trust the workload: 401 `AuthenticationFail.NoPermission`",
            Meaning.REFUSAL,
            IdentityFaults::distrust),
        new Row(
            "the role is gone: 404 `EntityNotExist.Role`",
            Meaning.REFUSAL,
            workload -> workload.emulator().roles().remove(Workload.ROLE)),
        new Row("the token file is gone", Meaning.REFUSAL, IdentityFaults::removeToken),
        new Row("the token file is empty", Meaning.REFUSAL, IdentityFaults::emptyToken),
        new Row("the token file cannot be read", Meaning.REFUSAL, IdentityFaults::spoilToken));
  }

  /** What goes wrong with an answer of the metadata service of an ECS instance. */
  public static List<Injected> answersOfMetadata() {
    return List.of(
        new Injected("it answers 50 ms late", Meaning.HARMLESS, new Fault.Latency(LITTLE)),
        new Injected("it answers a minute late", Meaning.TRANSIENT, new Fault.Latency(LONG)),
        new Injected("it hangs", Meaning.TRANSIENT, new Fault.Hang()),
        new Injected(
            "the answer drips, ten bytes a second",
            Meaning.TRANSIENT,
            new Fault.Drip(Duration.ofMillis(100))),
        new Injected("the connection is reset", Meaning.TRANSIENT, new Fault.Reset()),
        new Injected(
            "the answer breaks off before its body", Meaning.TRANSIENT, new Fault.Truncated(0)),
        new Injected(
            "the answer breaks off in its body", Meaning.TRANSIENT, new Fault.Truncated(2)),
        new Injected("status 429", Meaning.TRANSIENT, new Fault.Failure(429, "Throttling")),
        new Injected("status 500", Meaning.TRANSIENT, new Fault.Failure(500, "InternalError")),
        new Injected("an HTML page with status 502", Meaning.TRANSIENT, new Fault.Html(502)),
        new Injected("an HTML page with status 200", Meaning.TRANSIENT, new Fault.Html(200)),
        new Injected("status 200 without a body", Meaning.TRANSIENT, new Fault.Empty(200)),
        new Injected("status 503 without a body", Meaning.TRANSIENT, new Fault.Empty(503)),
        new Injected("a redirect", Meaning.TRANSIENT, new Fault.Redirect("http://127.0.0.1:1/")),
        new Injected(
            "a key that is no JSON",
            Meaning.TRANSIENT,
            FaultRule.of(new Fault.Malformed()).onAction("GetCredentials")),
        new Injected(
            "a key without its secret", Meaning.TRANSIENT, new Fault.Incomplete("AccessKeySecret")),
        new Injected("a key with fields of other types", Meaning.TRANSIENT, new Fault.WrongTypes()),
        new Injected("a key in an answer of more than 2 MiB", Meaning.TRANSIENT, OVERSIZED),
        new Injected(
            "it turns the agent away: status 403", Meaning.REFUSAL, new Fault.Failure(403, "")));
  }

  /** What else goes wrong with it. */
  private static List<Row> ofMetadataElse() {
    return List.of(
        stop("it refuses connections", workload -> workload.emulator().metadata()),
        new Row(
            "the instance has no role any more: status 404",
            Meaning.REFUSAL,
            workload -> workload.emulator().instance().detachRole()));
  }

  private static Row token(
      String name, Meaning meaning, Function<IssuedToken, IssuedToken> spoilt) {
    return new Row(name, meaning, workload -> workload.issue(spoilt.apply(workload.token())));
  }

  private static Row stop(String name, Function<Workload, EmulatedService> service) {
    return new Row(name, Meaning.TRANSIENT, workload -> stop(service.apply(workload)));
  }

  private static void stop(EmulatedService service) {
    try {
      service.stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void distrust(Workload workload) {
    var roles = workload.emulator().roles();
    var role = roles.find(Workload.ROLE).orElseThrow();
    roles.put(role.trusting(role.trust().subjects("system:serviceaccount:other:other")));
  }

  private static void removeToken(Workload workload) {
    try {
      Files.delete(workload.tokenFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void emptyToken(Workload workload) {
    try {
      Files.writeString(workload.tokenFile(), "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A folder in its place can be read by nobody. */
  private static void spoilToken(Workload workload) {
    removeToken(workload);
    try {
      Files.createDirectory(workload.tokenFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
