package dev.kmsagent.adapters.kms.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.adapters.kms.transport.StrictJson;
import dev.kmsagent.adapters.kms.transport.TransportFailure;
import dev.kmsagent.config.Endpoint;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.time.TimeSources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Exchanges OIDC tokens at STS for keys of roles (AssumeRoleWithOIDC, a call that is not signed).
 * credentials-java does it for a token in a file alone, and drops the role that STS names.
 * Thread-safe.
 *
 * @param life of the keys
 */
public record TokenExchange(
    CloudConnection connection, Endpoint sts, String oidcProviderArn, Duration life) {
  private static final int OK = 200;
  private static final int PROXY_WANTS_A_LOGIN = 407;

  /** The longest answer with a key: several times what STS sends. */
  private static final int MAX_KEY = 8 << 10;

  /**
   * The documented form of {@code AssumedRoleUser.Arn}, and the one that STS has for sessions
   * elsewhere. No name has a slash in it.
   */
  private static final Pattern SESSION =
      Pattern.compile("acs:(?:ram|sts)::(\\d+):(?:assumed-)?role/([\\w.-]{1,64})(?:/[^/]+)?");

  /** What an error of STS is about. */
  public enum Kind {
    /** STS may answer the next call. */
    TRANSIENT,
    /** The token has ended: there is or will be another. */
    EXPIRED,
    /** STS does not accept this token. */
    TOKEN,
    /** The role may not be assumed, or it or the provider of tokens is not there. */
    ROLE,
    /** All else. */
    PERMANENT
  }

  /** The clocks that date the calls, and what is issued. */
  public TimeSources timing() {
    return connection.timing();
  }

  /** Makes one call; blocks, within the read timeout. */
  public Issue exchange(ConfidentialText token, String roleArn, String sessionName) {
    try {
      var answer = connection.send(request(token, roleArn, sessionName));
      var body = Objects.requireNonNullElse(answer.body(), new byte[0]);
      return answer.statusCode() == OK
          ? read(body)
          : new Issue.NotIssued(told(refused(answer.statusCode(), body), token, roleArn));
    } catch (CancellationException | CompletionException unanswered) {
      var why = TransportFailure.classify(unanswered, "STS");
      return new Issue.NotIssued(CredentialFailure.unavailable(why.code(), why.detail()));
    }
  }

  /** A refusal with the names that the role's trust policy must hold. */
  private NoSecret told(NoSecret reason, ConfidentialText token, String roleArn) {
    var pod = OidcToken.parse(token.reveal()).orElse(OidcToken.PLACEHOLDER);
    return reason instanceof IdentityRefused(var code, var detail)
        ? new IdentityRefused(
            code,
            detail
                .replace("{role}", roleArn)
                .replace("{provider}", oidcProviderArn)
                .replace("{issuer}", pod.issuer())
                .replace("{subject}", pod.subject()))
        : reason;
  }

  private HttpRequest request(ConfidentialText token, String roleArn, String sessionName) {
    var date = timing().clocks().wall().instant();
    var call =
        Map.of(
            "Action", "AssumeRoleWithOIDC",
            "Version", "2015-04-01",
            "Format", "JSON",
            "Timestamp", date.truncatedTo(ChronoUnit.SECONDS).toString(),
            "SignatureNonce", UUID.randomUUID().toString());
    var parameters =
        Map.of(
            "OIDCProviderArn", oidcProviderArn,
            "OIDCToken", token.reveal(),
            "RoleArn", roleArn,
            "RoleSessionName", sessionName,
            "DurationSeconds", Long.toString(life.toSeconds()));
    return HttpRequest.newBuilder(URI.create(sts.uri() + "/?" + form(call)))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(BodyPublishers.ofString(form(parameters)))
        .build();
  }

  private static String form(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(field -> field.getKey() + '=' + URLEncoder.encode(field.getValue(), UTF_8))
        .collect(Collectors.joining("&"));
  }

  /** The key in an answer, with the role as its owner. */
  static Issue read(byte[] answer) {
    try {
      return StrictJson.object(answer)
          .filter(_ -> answer.length <= MAX_KEY)
          .flatMap(granted -> StrictJson.object(granted, "Credentials"))
          .<Issue>map(key -> Issue.Issued.read(key, assumedRole(answer)))
          .orElseGet(TokenExchange::unreadable);
    } catch (IllegalArgumentException | DateTimeException incomplete) {
      return unreadable();
    }
  }

  private static Issue unreadable() {
    return new Issue.NotIssued(CredentialFailure.unavailable("", "STS's answer cannot be read."));
  }

  /** The role's ARN without the session's name: every session of a role is the same principal. */
  static Optional<Principal> assumedRole(byte[] answer) {
    return StrictJson.object(answer)
        .flatMap(granted -> StrictJson.object(granted, "AssumedRoleUser"))
        .flatMap(user -> StrictJson.string(user, "Arn"))
        .map(SESSION::matcher)
        .filter(Matcher::matches)
        .map(arn -> new Principal("acs:ram::" + arn.group(1) + ":role/" + arn.group(2)));
  }

  /** STS, or something between, answered with an error. */
  static NoSecret refused(int status, byte[] body) {
    var code = CredentialFailure.code(new String(body, UTF_8));
    var kind = kind(code);
    return kind == Kind.TRANSIENT || kind == Kind.EXPIRED
        ? CredentialFailure.unavailable(code, advice(code).orElseThrow())
        : byStatus(status, code);
  }

  private static NoSecret byStatus(int status, String code) {
    if (CredentialFailure.isTransient(status)) {
      return CredentialFailure.unavailable(
          code, "STS could not answer just now (HTTP status " + status + ").");
    }
    if (status == PROXY_WANTS_A_LOGIN) {
      return CredentialFailure.unavailable(
          code, "The proxy requires a login: give it in KMS.Proxy as user:password@.");
    }
    if (status / 100 != 4 || code.isEmpty()) {
      return CredentialFailure.unavailable(
          code,
          "Not STS but something else answered (HTTP status " + status + "): see KMS.StsEndpoint.");
    }
    return new IdentityRefused(
        code, advice(code).orElse("STS refuses to give credentials (" + code + ")."));
  }

  /** What the error with this code is about. */
  public static Kind kind(String code) {
    return name(code)
        .map(it -> Kind.valueOf(it.substring(0, it.indexOf('.')).toUpperCase(Locale.ROOT)))
        .orElse(Kind.PERMANENT);
  }

  private static Optional<String> advice(String code) {
    return name(code).map(Sentences.ALL::getProperty);
  }

  /** The longest name that, after its kind, the code begins with. */
  private static Optional<String> name(String code) {
    return Sentences.ALL.stringPropertyNames().stream()
        .filter(it -> code.startsWith(beginning(it)))
        .max(Comparator.comparingInt(it -> beginning(it).length()));
  }

  private static String beginning(String name) {
    return name.substring(name.indexOf('.') + 1);
  }

  /** What errors mean, read with the first of them. */
  private static final class Sentences {
    static final Properties ALL = new Properties();

    static {
      try (var in = TokenExchange.class.getResourceAsStream("sts-errors.properties")) {
        ALL.load(in);
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }
  }
}
