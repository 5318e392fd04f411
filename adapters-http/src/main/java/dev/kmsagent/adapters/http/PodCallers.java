package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.Identification;
import dev.kmsagent.adapters.http.vault.VaultLogin;
import dev.kmsagent.adapters.http.vault.VaultRoutes;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.FairShares;
import dev.kmsagent.domain.Sender;
import dev.kmsagent.domain.port.in.AdmitCaller;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAccess;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * Serves each pod, which sends its own token, the secrets of its role. Verifying a token costs ten
 * cached reads: a connection remembers the last caller that was admitted on it. Thread-safe.
 *
 * @param headers that may carry the token
 * @param permits for requests that wait
 */
record PodCallers(List<String> headers, AdmitCaller pods, FairShares<String> permits)
    implements Callers {
  private static final String ROLE = "X-KMS-Role";
  private static final String ATTRIBUTE = PodCallers.class.getName();

  /** Several times what clients send. */
  static final int MAX_BODY_BYTES = 4096;

  private static final String LOGIN = "/v1/auth/kubernetes/login";

  /** The reply to a pod whose access ended before it was used. */
  private static final Identification UNCONFIRMED =
      new Admission.Rejected(Failure.of(503, "CallerUnconfirmed", "its access ended meanwhile"));

  private static final Identification OTHER_LOGIN =
      Admission.invalid(
          "a pod logs in at auth/kubernetes/login, or sends the token of its service account");

  @Override
  public Identification identify(Request request, List<String> bearers) {
    var tokens = new LinkedHashSet<>(bearers);
    for (var header : headers) {
      tokens.addAll(Callers.values(request, header));
    }
    var roles = new LinkedHashSet<>(Callers.values(request, ROLE));
    if (tokens.isEmpty()) {
      return new Admission.Rejected(Failure.forbiddenToken(headers, false));
    }
    var login = VaultLogin.ofToken(tokens.getFirst());
    login.flatMap(VaultLogin::role).ifPresent(roles::add);
    if (tokens.size() > 1 || roles.size() > 1) {
      return new Admission.Rejected(
          Failure.invalidParameter("the request carries different tokens or roles"));
    }
    var sent = new ConfidentialText(tokens.getFirst());
    var role = roles.isEmpty() ? Optional.<String>empty() : Optional.of(roles.getFirst());
    return identify(request, new Claim(sent, login.map(VaultLogin::jwt).orElse(sent), role));
  }

  /** What a request says of its caller. */
  private record Claim(ConfidentialText sent, ConfidentialText jwt, Optional<String> role) {
    /** The same as a read with the token that this login gives. */
    static Claim of(VaultLogin login) {
      return new Claim(new ConfidentialText(login.clientToken()), login.jwt(), login.role());
    }

    boolean isSame(Claim other) {
      return jwt.equals(other.jwt) && role.equals(other.role);
    }
  }

  /** The pod that was admitted last on a connection; its requests come one after the other. */
  private record AdmittedPod(
      Claim claim, CallerAccess access, Sender sender, Optional<Instant> end) {
    static AdmittedPod of(Claim claim, CallerAccess access, String peer) {
      var identity = access.identity();
      var sender = new Sender(peer, Optional.of(identity.subject()), Optional.of(access.role()));
      return new AdmittedPod(claim, access, sender, Optional.of(identity.expiry()));
    }
  }

  private Identification identify(Request request, Claim claim) {
    if (request.getConnectionMetaData().getAttribute(ATTRIBUTE) instanceof AdmittedPod pod
        && pod.claim().isSame(claim)) {
      request.setAttribute(SENDER, pod.sender());
      var secrets = pod.access().secrets();
      if (secrets.isPresent()) {
        return new Identification.Known(claim.sent(), pod.end(), secrets, false);
      }
    }
    return new Identification.Unknown(() -> admit(request, claim));
  }

  /**
   * Has the caller admitted, which waits; the connection remembers it. The permits bound how many
   * requests of an address wait, because their connections are not closed meanwhile.
   */
  private Identification admit(Request request, Claim claim) {
    var peer = Callers.peer(request);
    if (!permits.tryAcquire(peer)) {
      return new Admission.Rejected(Failure.TOO_MANY_REQUESTS);
    }
    try {
      return switch (pods.admit(claim.jwt(), claim.role(), peer).toCompletableFuture().join()) {
        case CallerAdmission.Admitted(var access) -> {
          var pod = AdmittedPod.of(claim, access, peer);
          var _ = request.getConnectionMetaData().setAttribute(ATTRIBUTE, pod);
          yield identify(request, claim) instanceof Identification.Known caller
              ? caller
              : UNCONFIRMED;
        }
        case CallerAdmission.Rejected rejected -> {
          request.setAttribute(SENDER, new Sender(peer, rejected.subject(), rejected.role()));
          yield new Admission.Rejected(Failure.of(rejected));
        }
      };
    } finally {
      permits.release(peer);
    }
  }

  @Override
  public Identification logIn(Request request) {
    return request.getHttpURI().getPath().equals(LOGIN)
            && VaultRoutes.WRITE.contains(request.getMethod())
        ? new Identification.Unknown(() -> readLogin(request))
        : OTHER_LOGIN;
  }

  /** Reads the body, for which the client has as long as for the head. */
  private Identification readLogin(Request request) {
    try {
      var body = Content.Source.asInputStream(request).readNBytes(MAX_BODY_BYTES + 1);
      return body.length > MAX_BODY_BYTES
          ? Admission.invalid("the body is longer than " + MAX_BODY_BYTES + " bytes")
          : VaultLogin.parse(new String(body, StandardCharsets.UTF_8))
              .fold(login -> admit(request, Claim.of(login)), Admission::invalid);
    } catch (IOException incomplete) {
      return Admission.invalid("the body is not complete");
    }
  }
}
