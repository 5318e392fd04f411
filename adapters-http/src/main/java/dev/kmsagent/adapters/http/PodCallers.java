package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.PresentedToken;
import dev.kmsagent.adapters.http.vault.VaultLogin;
import dev.kmsagent.adapters.http.vault.VaultRoutes;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.FairShares;
import dev.kmsagent.domain.Sender;
import dev.kmsagent.domain.port.in.AdmitCaller;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAccess;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAdmission;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Serves each pod, which sends its own token, the secrets of its role. Verifying a token costs ten
 * cached reads: a connection remembers the last caller that was admitted on it. Thread-safe.
 */
final class PodCallers implements Callers {
  private static final String ROLE = "X-KMS-Role";
  private static final String ATTRIBUTE = PodCallers.class.getName();

  /** Several times what clients send. */
  static final int MAX_BODY_BYTES = 4096;

  private static final String LOGIN = "/v1/auth/kubernetes/login";

  private static final Admission OTHER_LOGIN =
      Admission.invalid(
          "a pod logs in at auth/kubernetes/login, or sends the token of its service account");

  private final List<String> headers;
  private final AdmitCaller pods;
  private final FairShares<String> permits;
  private final @Nullable VaultRoutes vault;

  /**
   * @param headers that may carry the token
   * @param permits for requests that wait
   */
  PodCallers(
      List<String> headers,
      AdmitCaller pods,
      FairShares<String> permits,
      Optional<VaultRoutes> vault) {
    this.headers = headers;
    this.pods = pods;
    this.permits = permits;
    this.vault = vault.orElse(null);
  }

  @Override
  public Identification identify(Request request, List<String> bearers) {
    var inHeaders =
        headers.stream().flatMap(header -> RequestGuard.values(request, header).stream());
    var tokens = Stream.concat(inHeaders, bearers.stream()).distinct().toList();
    var roles = RequestGuard.values(request, ROLE).stream().distinct().toList();
    if (tokens.isEmpty()) {
      return new Identification.Rejected(Failure.forbiddenToken(headers, false));
    }
    var login = VaultLogin.ofToken(tokens.getFirst());
    var named = login.flatMap(VaultLogin::role).or(() -> roles.stream().findFirst());
    if (tokens.size() > 1 || Stream.concat(roles.stream(), named.stream()).distinct().count() > 1) {
      return new Identification.Rejected(
          Failure.invalidParameter("the request carries different tokens or roles"));
    }
    var sent = new ConfidentialText(tokens.getFirst());
    return identify(request, new Claim(sent, login.map(VaultLogin::jwt).orElse(sent), named));
  }

  /** What a request says of its caller. */
  private record Claim(ConfidentialText sent, ConfidentialText jwt, Optional<String> role) {
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
      var caller = new RequestSender(pod.sender(), pod.access().secrets());
      caller.attachTo(request);
      if (caller.secrets().isPresent()) {
        return new Identification.Known(new PresentedToken(claim.sent(), pod.end()));
      }
    }
    return new Identification.Unknown(() -> rejection(request, claim));
  }

  /**
   * Has the caller admitted, which waits; empty if it was, and the connection remembers it. All
   * that wait could otherwise take every connection, since none of them may be closed meanwhile.
   */
  private Optional<Failure> rejection(Request request, Claim claim) {
    var peer = RequestSender.peer(request);
    if (!permits.tryAcquire(peer)) {
      return Optional.of(Failure.tooManyRequests());
    }
    try {
      return switch (pods.admit(claim.jwt(), claim.role(), peer).toCompletableFuture().join()) {
        case CallerAdmission.Admitted(var access) -> {
          var pod = AdmittedPod.of(claim, access, peer);
          var _ = request.getConnectionMetaData().setAttribute(ATTRIBUTE, pod);
          yield Optional.empty();
        }
        case CallerAdmission.Rejected rejected -> {
          var sender = new Sender(peer, rejected.subject(), rejected.role());
          new RequestSender(sender, Optional.empty()).attachTo(request);
          yield Optional.of(Failure.of(rejected));
        }
      };
    } finally {
      permits.release(peer);
    }
  }

  @Override
  public Admission login(Request request, String path) {
    return path.equals(LOGIN) && VaultRoutes.WRITE.contains(request.getMethod())
        ? new Admission.Later(() -> logIn(request))
        : OTHER_LOGIN;
  }

  /** Reads the body, for which the client has as long as for the head. */
  private Admission logIn(Request request) {
    try {
      var body = Content.Source.asInputStream(request).readNBytes(MAX_BODY_BYTES + 1);
      return body.length > MAX_BODY_BYTES
          ? Admission.invalid("the body is longer than " + MAX_BODY_BYTES + " bytes")
          : VaultLogin.parse(new String(body, StandardCharsets.UTF_8))
              .fold(login -> logIn(request, login), Admission::invalid);
    } catch (IOException incomplete) {
      return Admission.invalid("the body is not complete");
    }
  }

  /** Confirms the role as a read does. */
  private Admission logIn(Request request, VaultLogin login) {
    var token = new ConfidentialText(login.clientToken());
    var claim = new Claim(token, login.jwt(), login.role());
    return rejection(request, claim)
        .<Admission>map(Admission.Rejected::new)
        .orElseGet(
            () ->
                identify(request, claim) instanceof Identification.Known(var presented)
                    ? Objects.requireNonNull(vault).loggedIn(presented)
                    : Admission.UNCONFIRMED);
  }

  @Override
  public RetrieveSecret secretsOf(Request request) {
    return RequestSender.of(request).secrets().orElseThrow();
  }

  @Override
  public String groupOf(Request request) {
    return RequestSender.of(request).sender().group();
  }
}
