package dev.kmsagent.adapters.kms.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.adapters.kms.transport.Json;
import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.CredentialSource;
import dev.kmsagent.domain.Principal;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Exchanges the tokens of pods at STS for keys of roles, which last an hour (AssumeRoleWithOIDC, a
 * call that is not signed). credentials-java reads a token from a file alone. Thread-safe.
 *
 * @param wall the clock that dates the calls
 * @param random for the numbers of the calls
 */
public record TokenExchange(
    CredentialSource.PodIdentity config,
    CloudConnection connection,
    InstantSource wall,
    RandomGenerator random) {
  private static final int OK = 200;

  /** Makes one call; blocks, within the read timeout. */
  public Issue exchange(ConfidentialText token, String roleArn, String sessionName) {
    var sts = new StsService(token);
    try {
      var answer = connection.send(request(token, roleArn, sessionName));
      var body = Objects.requireNonNullElse(answer.body(), new byte[0]);
      var otherwise = sts.answered("", answer.statusCode(), body);
      return Optional.of(body)
          .filter(_ -> answer.statusCode() == OK)
          .flatMap(granted -> issued(granted, sts.owner()))
          .orElseGet(() -> new Issue.NotIssued(otherwise));
    } catch (CancellationException | CompletionException unanswered) {
      return new Issue.NotIssued(sts.unanswered(unanswered));
    }
  }

  private HttpRequest request(ConfidentialText token, String roleArn, String sessionName) {
    var call =
        Map.of(
            "Action", "AssumeRoleWithOIDC",
            "Version", "2015-04-01",
            "Format", "JSON",
            "Timestamp", wall.instant().truncatedTo(ChronoUnit.SECONDS).toString(),
            "SignatureNonce", new UUID(random.nextLong(), random.nextLong()).toString());
    var parameters =
        Map.of(
            "OIDCProviderArn",
            config.oidcProviderArn(),
            "OIDCToken",
            token.reveal(),
            "RoleArn",
            roleArn,
            "RoleSessionName",
            sessionName,
            "DurationSeconds",
            "3600");
    return HttpRequest.newBuilder(URI.create(config.stsEndpoint().uri() + "/?" + form(call)))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(BodyPublishers.ofString(form(parameters)))
        .build();
  }

  private static String form(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(field -> field.getKey() + '=' + URLEncoder.encode(field.getValue(), UTF_8))
        .collect(Collectors.joining("&"));
  }

  private static Optional<Issue> issued(byte[] answer, Optional<Principal> owner) {
    try {
      return Json.object(answer)
          .flatMap(granted -> Json.object(granted, "Credentials"))
          .map(
              key ->
                  new Issue.Issued(
                      SigningKey.temporary(
                          Json.string(key, "AccessKeyId").orElse(""),
                          Json.string(key, "AccessKeySecret").orElse(""),
                          Json.string(key, "SecurityToken").orElse("")),
                      Instant.parse(Json.string(key, "Expiration").orElse("")),
                      owner));
    } catch (IllegalArgumentException | DateTimeException incomplete) {
      return Optional.empty();
    }
  }
}
