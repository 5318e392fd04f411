package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.transport.CloudConnection;
import dev.kmsagent.adapters.kms.transport.StrictJson;
import dev.kmsagent.config.Authorities;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.out.Scheduler;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;

/**
 * The metadata service of an ECS instance, which issues the keys of its role. It is not asked by
 * credentials-java, which does not report the role of a key, and quotes answers in its failures.
 *
 * @param role the role to ask for; empty for the one that the service names
 * @param allowsNormalMode whether the service is asked in the normal mode (v1) where it answers
 *     that it has no hardened mode (v2)
 */
record MetadataKeyIssuer(Optional<String> role, boolean allowsNormalMode, Scheduler scheduler)
    implements KeyIssuer {
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;

  /** The service runs on the instance's own host: it answers at once or not at all. */
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

  /** From the beginning of a request to the end of its answer. */
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private static final URI TOKEN = URI.create("http://100.100.100.200/latest/api/token");
  private static final URI ROLES =
      URI.create("http://100.100.100.200/latest/meta-data/ram/security-credentials/");
  private static final String SERVICE = "The metadata service of the ECS instance ";

  /** A key of the role, obtained over a connection that ends with the attempt. */
  @Override
  public Issue issue() {
    var client = client();
    try {
      return issue(client);
    } catch (CancellationException | CompletionException unanswered) {
      return unavailable(
          "(100.100.100.200) does not answer: the agent must run on an instance, and its"
              + " container's network must let it through.");
    } catch (IllegalArgumentException | DateTimeException unusable) {
      return refused(OK);
    } finally {
      client.shutdownNow();
    }
  }

  /** The service has no TLS; loading the system's authorities would take a good part of a start. */
  private static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(CONNECT_TIMEOUT)
        .sslContext(Authorities.tls())
        .build();
  }

  private Issue issue(HttpClient client) {
    var forToken =
        HttpRequest.newBuilder(TOKEN)
            .header("X-aliyun-ecs-metadata-token-ttl-seconds", "21600")
            .PUT(BodyPublishers.noBody());
    var token = send(client, forToken);
    if (token.statusCode() == OK) {
      return issue(client, Optional.of(text(token)));
    }
    if (token.statusCode() != NOT_FOUND) {
      return refused(token.statusCode());
    }
    return allowsNormalMode
        ? issue(client, Optional.empty())
        : unavailable(
            "has no hardened mode (v2), and ALIBABA_CLOUD_IMDSV1_DISABLED forbids the normal"
                + " mode (v1).");
  }

  private Issue issue(HttpClient client, Optional<String> token) {
    if (role.isPresent()) {
      return key(client, token, role.get());
    }
    var named = get(client, token, ROLES);
    return named.statusCode() == OK ? key(client, token, text(named)) : refused(named.statusCode());
  }

  private Issue key(HttpClient client, Optional<String> token, String ofRole) {
    var answer = get(client, token, URI.create(ROLES + ofRole));
    return answer.statusCode() == OK
        ? read(answer.body(), owner(ofRole))
        : refused(answer.statusCode());
  }

  /**
   * The key in an answer.
   *
   * @throws IllegalArgumentException when a part of it is missing; it quotes nothing
   * @throws DateTimeException when its end is none
   */
  Issue read(byte[] answer, Optional<Principal> owner) {
    return StrictJson.object(answer)
        .filter(key -> StrictJson.string(key, "Code").filter("Success"::equals).isPresent())
        .<Issue>map(key -> Issue.Issued.read(key, owner))
        .orElseGet(() -> refused(OK));
  }

  /** A name that no role can have names no owner. */
  private static Optional<Principal> owner(String role) {
    return Optional.of(role).filter(it -> it.matches("[\\w.-]{1,64}")).map(Principal::new);
  }

  private HttpResponse<byte[]> get(HttpClient client, Optional<String> token, URI address) {
    var request = HttpRequest.newBuilder(address);
    token.ifPresent(it -> request.header("X-aliyun-ecs-metadata-token", it));
    return send(client, request);
  }

  private HttpResponse<byte[]> send(HttpClient client, HttpRequest.Builder request) {
    return CloudConnection.send(client, request.build(), TIMEOUT, scheduler);
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  /** What an answer without a usable key means. */
  private Issue refused(int status) {
    if (status == NOT_FOUND) {
      return refused(
          "The ECS instance has no RAM role"
              + role.map(" "::concat).orElse("")
              + ": attach it to the instance, or correct KMS.RoleName or KMS.CredentialType.");
    }
    // Statuses other than 4xx, a redirect for example, are no answers of the service.
    return status / 100 == 4 && !CredentialFailure.isTransient(status)
        ? refused(
            SERVICE
                + "turns us away (HTTP status "
                + status
                + "): where it takes guarded requests alone (v2), its tokens must reach the"
                + " container (hop limit).")
        : unavailable("gave no key just now (HTTP status " + status + ").");
  }

  private static Issue refused(String detail) {
    return new Issue.NotIssued(new IdentityRefused("", detail));
  }

  private static Issue unavailable(String what) {
    return new Issue.NotIssued(CredentialFailure.unavailable("", SERVICE + what));
  }
}
