package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.Identification;
import dev.kmsagent.adapters.http.request.Route;
import dev.kmsagent.adapters.http.request.Route.Access;
import dev.kmsagent.adapters.http.vault.VaultRoutes;
import dev.kmsagent.config.TlsConfig;
import dev.kmsagent.domain.event.ReadEvent;
import dev.kmsagent.domain.port.out.AgentEvents;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.server.Request;

/**
 * The checks of a request, in their order: forwarding and host, TLS, sender, headers that cannot be
 * served, method; then its route answers, which checks the parameters. Thread-safe; it never
 * blocks.
 *
 * @param tls of the listener: a plain request with a token is refused where it is required, and
 *     published as an event otherwise
 */
record RequestGuard(
    RouteTable routes,
    AllowedHosts hosts,
    Callers callers,
    Optional<TlsConfig> tls,
    AgentEvents events) {
  private static final String X_FORWARDED = "X-Forwarded-";

  /** Not all of 127.0.0.0/8: the proxy of a mesh has another one. */
  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "0:0:0:0:0:0:0:1");

  Admission admit(Request request) {
    var route = routes.at(request.getHttpURI().getPath());
    var failure =
        route.access() == Access.ANYBODY ? Optional.<Failure>empty() : checkOrigin(request);
    return failure.isPresent()
        ? new Admission.Rejected(failure.get())
        : admit(request, route, identify(request, route));
  }

  private Optional<Failure> checkOrigin(Request request) {
    if (wasForwarded(request)) {
      return Optional.of(Failure.FORWARDED);
    }
    return hosts.allow(Callers.values(request, "Host"))
        ? Optional.empty()
        : Optional.of(Failure.FORBIDDEN_HOST);
  }

  /** A request that came through a proxy was not sent by a process on this machine. */
  private static boolean wasForwarded(Request request) {
    var fields = request.getHeaders();
    int size = fields.size();
    for (int i = 0; i < size; i++) {
      var name = fields.getField(i).getName();
      if (name.regionMatches(true, 0, X_FORWARDED, 0, X_FORWARDED.length())
          || name.equalsIgnoreCase("Forwarded")
          || name.equalsIgnoreCase("Via")
          || name.equalsIgnoreCase("X-Real-IP")) {
        return true;
      }
    }
    return false;
  }

  /** Whether others on the network could read its token. */
  private boolean isExposed(Request request, Route route) {
    return tls.isPresent()
        && !request.isSecure()
        && (route.access() == Access.IDENTIFIED || route.access() == Access.LOGIN);
  }

  private Identification identify(Request request, Route route) {
    if (isExposed(request, route) && tls.orElseThrow().required()) {
      return new Admission.Rejected(Failure.TLS_REQUIRED);
    }
    if (route.access() == Access.IDENTIFIED) {
      return callers.identify(
          request,
          route.checksVaultHeaders()
              ? VaultRoutes.bearerTokens(Callers.values(request, "Authorization"))
              : List.of());
    }
    return route.access() == Access.LOGIN ? callers.logIn(request) : anonymous(request);
  }

  private Identification anonymous(Request request) {
    return LOOPBACK.contains(Callers.peer(request)) && checkOrigin(request).isEmpty()
        ? Identification.Known.LOCAL
        : Identification.Known.NONE;
  }

  private Admission admit(Request request, Route route, Identification sender) {
    if (sender instanceof Identification.Unknown(var admitted)) {
      return new Admission.Later(() -> admit(request, route, admitted.get()));
    }
    if (sender instanceof Identification.Known caller) {
      if (isExposed(request, route)) {
        events.publish(new ReadEvent.PlainRequest(Callers.senderOf(request)));
      }
      return answer(request, route, caller);
    }
    return (Admission.Rejected) sender;
  }

  private static Admission answer(Request request, Route route, Identification.Known caller) {
    var failure =
        route.checksVaultHeaders()
            ? VaultRoutes.unsupported(name -> Callers.values(request, name))
            : Optional.<Failure>empty();
    var target = request.getHttpURI();
    return failure.isPresent()
        ? new Admission.Rejected(failure.get())
        : route.answer(request.getMethod(), target.getPath(), target.getQuery(), caller);
  }
}
