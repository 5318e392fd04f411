package dev.kmsagent.adapters.http.dialect;

import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.NoSecret.IdentityRefused;
import dev.kmsagent.domain.NoSecret.Refused;
import dev.kmsagent.domain.NoSecret.Unavailable;
import dev.kmsagent.domain.SecretName;
import dev.kmsagent.domain.Sender;
import dev.kmsagent.domain.event.ReadEvent.RequestRejected;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission;
import java.util.List;

/**
 * Why a request gets no secret: the status and code of the API, which each dialect renders.
 *
 * @param status the HTTP status
 * @param message one sentence for people, without anything confidential
 * @param upstreamId the id of the KMS answer that caused it; empty when there was none
 * @param reason for a token {@code missing} or {@code wrong}; {@code waiting} for a request that
 *     would wait for a change; else empty
 */
public record Failure(int status, String code, String message, String upstreamId, String reason) {
  private static final String WRONG = "wrong";
  private static final String MISSING = "missing";
  private static final String WAITING = "waiting";
  private static final String NO_NEWER_VERSION = "NoNewerVersion";

  public static final Failure TLS_REQUIRED =
      of(
          400,
          "TlsRequired",
          "the agent serves secrets with TLS only: call it by https, with the authorities that"
              + " KMS_CA_FILE names where it is set");

  public static final Failure FORWARDED =
      of(
          400,
          "InvalidParameter",
          "a request with Forwarded, Via, X-Real-IP or X-Forwarded-* is not served: send it without a"
              + " proxy, past a mesh by traffic.sidecar.istio.io/excludeOutboundPorts");

  public static final Failure FORBIDDEN_HOST =
      of(
          403,
          "Forbidden.Host",
          "the Host of the request is neither loopback nor in Server.AllowedHosts of the agent");

  public static final Failure NO_SUCH_PATH =
      of(404, "InvalidPath", "there is nothing at this path");

  public static final Failure METHOD_NOT_ALLOWED =
      of(405, "MethodNotAllowed", "only GET is served");

  public static final Failure READ_ONLY =
      of(405, "MethodNotAllowed", "the agent is read-only, and this is no route to read");

  public static final Failure TOO_MANY_REQUESTS =
      of(429, "TooManyRequests", "the agent handles as many requests as it may");

  /** For a request that would wait for a change of its secret. */
  public static final Failure TOO_MANY_WAITING =
      new Failure(
          429,
          "TooManyRequests",
          "as many requests wait for a change as may (Server.MaxWaiting)",
          "",
          WAITING);

  public static final Failure INTERNAL =
      of(500, "InternalFailure", "the agent failed; its log says more");

  /** All that is published of rejected requests; malformed HTTP has other statuses, too. */
  public static final List<RequestRejected> REJECTIONS =
      List.of(
          rejection(400, "InvalidParameter", ""),
          rejection(400, "TlsRequired", ""),
          rejection(403, "Forbidden", ""),
          rejection(403, "Forbidden.Host", ""),
          rejection(403, "Forbidden.Role", ""),
          rejection(403, "Forbidden.Token", MISSING),
          rejection(403, "Forbidden.Token", WRONG),
          rejection(404, "InvalidPath", ""),
          rejection(405, "MethodNotAllowed", ""),
          rejection(429, "TooManyRequests", ""),
          rejection(429, "TooManyRequests", WAITING),
          rejection(500, "InternalFailure", ""),
          rejection(503, "CallerUnconfirmed", ""));

  private static RequestRejected rejection(int status, String code, String reason) {
    return new RequestRejected(status, code, reason, new Sender(""), "");
  }

  public static Failure of(int status, String code, String message) {
    return new Failure(status, code, message, "", "");
  }

  /** For a retrieval without the secret that was asked for. */
  public static Failure of(NoSecret reason, SecretName asked) {
    return switch (reason) {
      case Refused refused -> ofRefusal(refused, asked);
      case Unavailable unavailable -> of(unavailable);
      case IdentityRefused identity -> credentials(identity.detail());
    };
  }

  /** KMS's own code and message, and the name; with a status that is no refusal, a fault of KMS. */
  private static Failure ofRefusal(Refused refused, SecretName asked) {
    var error = refused.error();
    return error.status() >= 400 && error.status() < 500
        ? new Failure(
            error.status(), error.code(), error.message() + about(asked), error.requestId(), "")
        : upstream(
            "KMS refused with the status " + error.status() + " and the code " + error.code());
  }

  /** The name as the agent has understood it. KMS has only names in ASCII, without spaces. */
  private static String about(SecretName asked) {
    var name = printable(asked.value());
    return " The secret asked for is '%s'%s."
        .formatted(name, name.contains(" ") ? "; + in a query is a space, write %2B for it" : "");
  }

  private static String printable(String name) {
    return name.replaceAll("[^ -~]", "?");
  }

  private static Failure of(Unavailable unavailable) {
    var detail = unavailable.detail();
    return switch (unavailable.cause()) {
      case UNREACHABLE, TLS, SERVER_ERROR, UNREADABLE, CLOCK -> upstream(detail);
      case TIMEOUT, DEADLINE -> of(504, "UpstreamTimeout", detail);
      case THROTTLED -> of(429, codeOr(unavailable, "TooManyRequests"), detail);
      case ACCOUNT -> of(403, codeOr(unavailable, "Forbidden.InDebt"), detail);
      case CREDENTIALS -> credentials(detail);
      case CIRCUIT_OPEN -> of(503, "CircuitOpen", detail);
      case BULKHEAD_FULL, RATE_LIMITED -> of(503, "Overloaded", detail);
      case NO_NEWER_VERSION -> of(409, NO_NEWER_VERSION, detail);
      case AUDIT -> of(503, "AuditUnavailable", detail);
    };
  }

  private static Failure upstream(String detail) {
    return of(502, "UpstreamUnavailable", detail);
  }

  private static Failure credentials(String detail) {
    return of(502, "CredentialsUnavailable", detail);
  }

  private static String codeOr(Unavailable unavailable, String code) {
    return unavailable.code().isEmpty() ? code : unavailable.code();
  }

  public static Failure invalidParameter(String problem) {
    return of(400, "InvalidParameter", problem);
  }

  /** For a malformed HTTP request; {@code reason} is the standard phrase of the status. */
  public static Failure unreadable(int status, String reason) {
    return of(status, "InvalidParameter", "this is no HTTP request to be served: " + reason);
  }

  /** For a request with a wrong token or with none, which belongs in one of {@code headers}. */
  public static Failure forbiddenToken(List<String> headers, boolean hasToken) {
    return new Failure(
        403,
        "Forbidden.Token",
        "the request carries %s token; it is expected in the header %s"
            .formatted(hasToken ? "a wrong" : "no", String.join(" or ", headers)),
        "",
        hasToken ? WRONG : MISSING);
  }

  /** For a pod that gets no secrets. */
  public static Failure of(CallerAdmission.Rejected rejected) {
    var detail = rejected.detail();
    return switch (rejected.reason()) {
      case TOKEN -> new Failure(403, "Forbidden.Token", detail, "", WRONG);
      case ROLE -> of(403, "Forbidden.Role", detail);
      case RATE -> of(429, "TooManyRequests", detail);
      case UNAVAILABLE -> of(503, "CallerUnconfirmed", detail);
    };
  }

  public static Failure noSuchField(String name) {
    return of(
        404,
        "NoSuchField",
        "the secret has no field '%s', or its value is null".formatted(printable(name)));
  }

  /** Whether a retry may soon succeed. */
  public boolean isTransient() {
    return code.equals(NO_NEWER_VERSION) || status == 429 || status == 503;
  }
}
