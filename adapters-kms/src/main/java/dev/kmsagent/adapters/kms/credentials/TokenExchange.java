package dev.kmsagent.adapters.kms.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kmsagent.adapters.kms.credentials.KeyIssuer.Issue;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.adapters.kms.transport.Json;
import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.Endpoint;
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
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/**
 * Exchanges OIDC tokens at STS for keys of roles (AssumeRoleWithOIDC, a call that is not signed).
 * credentials-java does it for a token in a file alone, and drops the role that STS names.
 * Thread-safe.
 *
 * @param wall the clock that dates the calls
 */
public record TokenExchange(
    CloudConnection connection, InstantSource wall, Endpoint sts, String oidcProviderArn) {
  private static final int OK = 200;

  /** Every role allows an hour unless its longest session was changed. */
  private static final String LIFE_SECONDS = "3600";

  /** Makes one call; blocks, within the read timeout. */
  public Issue exchange(ConfidentialText token, String roleArn, String sessionName) {
    try {
      var answer = connection.send(request(token, roleArn, sessionName));
      var body = Objects.requireNonNullElse(answer.body(), new byte[0]);
      return answer.statusCode() == OK
          ? read(body)
          : new Issue.NotIssued(StsService.refused(answer.statusCode(), body));
    } catch (CancellationException | CompletionException unanswered) {
      return new Issue.NotIssued(StsService.unanswered(unanswered));
    }
  }

  private HttpRequest request(ConfidentialText token, String roleArn, String sessionName) {
    var call =
        Map.of(
            "Action", "AssumeRoleWithOIDC",
            "Version", "2015-04-01",
            "Format", "JSON",
            "Timestamp", wall.instant().truncatedTo(ChronoUnit.SECONDS).toString(),
            "SignatureNonce", UUID.randomUUID().toString());
    var parameters =
        Map.of(
            "OIDCProviderArn", oidcProviderArn,
            "OIDCToken", token.reveal(),
            "RoleArn", roleArn,
            "RoleSessionName", sessionName,
            "DurationSeconds", LIFE_SECONDS);
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
      return Json.object(answer)
          .flatMap(granted -> Json.object(granted, "Credentials"))
          .<Issue>map(
              key ->
                  new Issue.Issued(
                      SigningKey.temporary(
                          Json.string(key, "AccessKeyId").orElse(""),
                          Json.string(key, "AccessKeySecret").orElse(""),
                          Json.string(key, "SecurityToken").orElse("")),
                      Instant.parse(Json.string(key, "Expiration").orElse("")),
                      StsService.assumedRole(answer)))
          .orElseGet(TokenExchange::unreadable);
    } catch (IllegalArgumentException | DateTimeException incomplete) {
      return unreadable();
    }
  }

  private static Issue unreadable() {
    return new Issue.NotIssued(CredentialFailure.unavailable("", "STS's answer cannot be read."));
  }
}
