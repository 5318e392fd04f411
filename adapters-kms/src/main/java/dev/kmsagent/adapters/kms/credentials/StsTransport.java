package dev.kmsagent.adapters.kms.credentials;

import com.aliyun.credentials.exception.CredentialException;
import com.aliyun.credentials.http.CompatibleUrlConnClient;
import com.aliyun.credentials.http.FormatType;
import com.aliyun.credentials.http.HttpRequest;
import com.aliyun.credentials.http.HttpResponse;
import dev.kmsagent.adapters.kms.credentials.KeyIssuer.KeyOwner;
import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.adapters.kms.transport.Json;
import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Principal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The transport of one call of credentials-java to STS, over the agent's own connection: TLS trust,
 * proxy and timeouts are the same as for KMS. It records the role that was assumed, which the
 * library drops, and why the call failed, which the library reports as a text that quotes the
 * answer. For one thread.
 */
final class StsTransport extends CompatibleUrlConnClient {
  private static final int OK = 200;

  /**
   * The documented form of {@code AssumedRoleUser.Arn}, and the one that STS has for sessions
   * elsewhere. No name has a slash in it.
   */
  private static final Pattern SESSION =
      Pattern.compile("acs:(?:ram|sts)::(\\d+):(?:assumed-)?role/([\\w.-]{1,64})(?:/[^/]+)?");

  /** The token in the form that is sent. */
  private static final Pattern TOKEN = Pattern.compile("((?:^|&)OIDCToken=)[^&]*");

  private final CloudConnection connection;
  private final ConfidentialText token;
  private @Nullable NoSecret failure;
  private KeyOwner owner = new KeyOwner.Unnamed();

  /**
   * @param token the OIDC token to send: the library reads the file once more, which may hold
   *     another by then, and keeps what it reads in a static field, where it may find that of
   *     another file
   */
  StsTransport(CloudConnection connection, ConfidentialText token) {
    this.connection = connection;
    this.token = token;
  }

  /** Why STS granted no key; empty if it granted one or was not called. */
  Optional<NoSecret> failure() {
    return Optional.ofNullable(failure);
  }

  /** The owner of the key that was granted. */
  KeyOwner owner() {
    return owner;
  }

  @Override
  public HttpResponse syncInvoke(HttpRequest request) {
    setToken(request);
    var answer = exchange(request);
    var body = answer.getHttpContent();
    if (answer.getResponseCode() != OK) {
      throw failed(StsFailures.answered(answer.getResponseCode(), body));
    }
    owner = assumedRole(body);
    return answer;
  }

  /** The role's ARN without the session's name: every session of a role is the same principal. */
  static KeyOwner assumedRole(byte[] answer) {
    return Json.object(answer)
        .flatMap(granted -> Json.object(granted, "AssumedRoleUser"))
        .flatMap(user -> Json.string(user, "Arn"))
        .map(SESSION::matcher)
        .filter(Matcher::matches)
        .<KeyOwner>map(session -> new KeyOwner.Named(role(session)))
        .orElseGet(KeyOwner.Unnamed::new);
  }

  private static Principal role(MatchResult session) {
    return new Principal("acs:ram::" + session.group(1) + ":role/" + session.group(2));
  }

  private void setToken(HttpRequest request) {
    var form = withToken(new String(request.getHttpContent(), StandardCharsets.UTF_8), token);
    request.setHttpContent(
        form.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8.name(), FormatType.FORM);
  }

  /** The form with {@code token} in the place of the one that the library has read. */
  static String withToken(String form, ConfidentialText token) {
    var encoded = URLEncoder.encode(token.reveal(), StandardCharsets.UTF_8);
    return TOKEN
        .matcher(form)
        .replaceFirst(read -> Matcher.quoteReplacement(read.group(1) + encoded));
  }

  private HttpResponse exchange(HttpRequest request) {
    try {
      return new BoundedExchange(connection.scheduler(), connection.config().readTimeout())
          .send(connection.client(), request);
    } catch (CancellationException | ExecutionException unanswered) {
      throw failed(StsFailures.unanswered(unanswered));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw failed(StsFailures.unanswered(interrupted));
    }
  }

  private CredentialException failed(NoSecret reason) {
    failure = reason;
    return new CredentialException("see failure()");
  }
}
