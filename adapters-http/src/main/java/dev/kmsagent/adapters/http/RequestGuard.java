package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.Callers.Identification.Known;
import dev.kmsagent.adapters.http.Callers.Identification.Stopped;
import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.Admission.Page;
import dev.kmsagent.adapters.http.request.PresentedToken;
import dev.kmsagent.adapters.http.request.SecretRequestParser;
import dev.kmsagent.adapters.http.vault.VaultRoutes;
import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.ServerConfig;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * The checks of a request, in their order: forwarding, host, token, method, route, parameters.
 * Thread-safe; it never blocks.
 */
final class RequestGuard {
  static final String QUERY_ROUTE = "/secretsmanager/get";

  /** A request that came through a proxy was not sent by a process on this machine. */
  private static final List<String> FORWARDING = List.of("X-Forwarded-For", "Forwarded", "Via");

  private static final Known NO_CALLER =
      new Known(new PresentedToken(new ConfidentialText(""), Optional.empty()));

  private final String pathPrefix;
  private final AllowedHosts hosts;
  private final Callers callers;
  private final SecretRequestParser parser;
  private final @Nullable VaultRoutes vault;

  /** Takes Vault's routes if they exist. */
  RequestGuard(
      ServerConfig config,
      Callers callers,
      SecretRequestParser parser,
      Optional<VaultRoutes> vault) {
    this.pathPrefix = config.pathPrefix();
    this.hosts = new AllowedHosts(config.guard().allowedHosts());
    this.callers = callers;
    this.parser = parser;
    this.vault = vault.orElse(null);
  }

  /** Admits a request to the management listener, which anybody may send, and has pages only. */
  static Admission admitToManagement(Request request) {
    return checkMethod(request)
        .<Admission>map(Admission.Rejected::new)
        .or(() -> Page.at(request.getHttpURI().getPath()).map(Admission.ToPage::new))
        .orElseGet(() -> new Admission.Rejected(Failure.noSuchPath()));
  }

  /** Admits a request to the main listener. */
  Admission admit(Request request) {
    var path = request.getHttpURI().getPath();
    if (vault != null && VaultRoutes.cover(path)) {
      return admitToVault(request, vault);
    }
    var page = Page.at(path);
    return page.isPresent() ? admitToPage(request, page.get()) : admitToSecret(request, path);
  }

  /** Status pages need no token, and a ping may come from anywhere. */
  private Admission admitToPage(Request request, Page page) {
    var origin = page == Page.PING ? Optional.<Failure>empty() : checkOrigin(request);
    return origin
        .or(() -> checkMethod(request))
        .<Admission>map(Admission.Rejected::new)
        .orElseGet(() -> new Admission.ToPage(page));
  }

  private Admission admitToSecret(Request request, String path) {
    var origin = checkOrigin(request);
    if (origin.isPresent()) {
      return new Admission.Rejected(origin.get());
    }
    return callers.identify(request, List.of()) instanceof Stopped(var admission)
        ? admission
        : checkMethod(request)
            .<Admission>map(Admission.Rejected::new)
            .orElseGet(() -> parse(path, request.getHttpURI().getQuery()));
  }

  private Optional<Failure> checkOrigin(Request request) {
    for (var header : FORWARDING) {
      if (!values(request, header).isEmpty()) {
        return Optional.of(Failure.forwarded(header));
      }
    }
    return hosts.allow(values(request, "Host"))
        ? Optional.empty()
        : Optional.of(Failure.forbiddenHost());
  }

  /** The values of every field called {@code name}, in any case; usually none. */
  static List<String> values(Request request, String name) {
    var fields = request.getHeaders();
    int size = fields.size();
    for (int i = 0; i < size; i++) {
      if (fields.getField(i).is(name)) {
        return fields.getValuesList(name);
      }
    }
    return List.of();
  }

  private static Optional<Failure> checkMethod(Request request) {
    return request.getMethod().equals("GET")
        ? Optional.empty()
        : Optional.of(Failure.methodNotAllowed());
  }

  private Admission admitToVault(Request request, VaultRoutes routes) {
    var path = request.getHttpURI().getPath();
    var answered =
        checkOrigin(request)
            .<Admission>map(Admission.Rejected::new)
            .or(() -> callers.login(request, path));
    if (answered.isPresent()) {
      return answered.get();
    }
    var caller =
        routes.isOpen(path)
            ? NO_CALLER
            : callers.identify(request, VaultRoutes.bearerTokens(values(request, "Authorization")));
    return switch (caller) {
      case Stopped(var admission) -> admission;
      case Known(var token) -> route(request, routes, token);
    };
  }

  private static Admission route(Request request, VaultRoutes routes, PresentedToken token) {
    var uri = request.getHttpURI();
    return VaultRoutes.unsupported(name -> values(request, name))
        .<Admission>map(Admission.Rejected::new)
        .orElseGet(() -> routes.route(request.getMethod(), uri.getPath(), uri.getQuery(), token));
  }

  private Admission parse(String path, @Nullable String query) {
    if (path.equals(QUERY_ROUTE)) {
      return parser.named(query).fold(Admission.ToSecret::new, Admission::invalid);
    }
    return path.startsWith(pathPrefix)
        ? parser
            .pathNamed(path.substring(pathPrefix.length()), query)
            .fold(Admission.ToSecret::new, Admission::invalid)
        : new Admission.Rejected(Failure.noSuchPath());
  }
}
