package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.Caller;
import dev.kmsagent.adapters.http.request.Identification;
import dev.kmsagent.adapters.http.request.Parsed;
import dev.kmsagent.adapters.http.request.SecretRequest;
import dev.kmsagent.adapters.http.request.SecretRequestParser;
import dev.kmsagent.adapters.http.vault.VaultRoutes;
import dev.kmsagent.config.ServerConfig;
import dev.kmsagent.domain.ConfidentialText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * The checks of a request, in their order: forwarding, host, token, method, route, parameters.
 * Thread-safe; it never blocks.
 */
final class RequestGuard {
  static final String QUERY_ROUTE = "/secretsmanager/get";

  private static final String X_FORWARDED = "X-Forwarded-";

  private static final Admission NO_SUCH_PATH = new Admission.Rejected(Failure.noSuchPath());
  private static final Admission NOT_ALLOWED = new Admission.Rejected(Failure.methodNotAllowed());

  private final String pathPrefix;
  private final AllowedHosts hosts;
  private final Callers callers;
  private final SecretRequestParser parser;
  private final Map<String, Admission> pages;
  private final @Nullable VaultRoutes vault;

  /** Takes Vault's routes if they exist. */
  RequestGuard(
      ServerConfig config,
      Callers callers,
      SecretRequestParser parser,
      StatusPages pages,
      Optional<VaultRoutes> vault) {
    this.pathPrefix = config.pathPrefix();
    this.hosts = new AllowedHosts(config.guard().allowedHosts());
    this.callers = callers;
    this.parser = parser;
    this.pages = pages.byPath();
    this.vault = vault.orElse(null);
  }

  /** Admits a request to the management listener, which anybody may send, and has pages only. */
  Admission admitToManagement(Request request) {
    var page = pages.get(request.getHttpURI().getPath());
    if (!isGet(request)) {
      return NOT_ALLOWED;
    }
    return page == null ? NO_SUCH_PATH : page;
  }

  private static boolean isGet(Request request) {
    return request.getMethod().equals("GET");
  }

  /** Admits a request to the main listener. Status pages need no token. */
  Admission admit(Request request) {
    var path = request.getHttpURI().getPath();
    var page = pages.get(path);
    var origin = checkOrigin(request);
    if (origin.isPresent() && !path.equals(StatusPages.PING)) {
      return new Admission.Rejected(origin.get());
    }
    if (page != null) {
      return isGet(request) ? page : NOT_ALLOWED;
    }
    return vault != null && VaultRoutes.cover(path)
        ? admitToVault(request, path, vault)
        : admitToSecret(request, path);
  }

  private Optional<Failure> checkOrigin(Request request) {
    if (wasForwarded(request)) {
      return Optional.of(Failure.forwarded());
    }
    return hosts.allow(values(request, "Host"))
        ? Optional.empty()
        : Optional.of(Failure.forbiddenHost());
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

  private Admission admitToSecret(Request request, String path) {
    return admit(
        callers.identify(request, List.of()),
        caller ->
            isGet(request) ? parse(path, request.getHttpURI().getQuery(), caller) : NOT_ALLOWED);
  }

  private Admission admitToVault(Request request, String path, VaultRoutes routes) {
    if (VaultRoutes.isLogin(path)) {
      return admit(callers.logIn(request), routes::loggedIn);
    }
    var caller =
        routes.isOpen(path)
            ? Caller.NONE
            : callers.identify(request, VaultRoutes.bearerTokens(values(request, "Authorization")));
    return admit(
        caller,
        known ->
            VaultRoutes.unsupported(name -> values(request, name))
                .<Admission>map(Admission.Rejected::new)
                .orElseGet(
                    () ->
                        routes.route(
                            request.getMethod(), path, request.getHttpURI().getQuery(), known)));
  }

  private static Admission admit(Identification sender, Function<Caller, Admission> answer) {
    if (sender instanceof Identification.Unknown(var admitted)) {
      return new Admission.Later(() -> admit(admitted.get(), answer));
    }
    return sender instanceof Caller caller ? answer.apply(caller) : (Admission.Rejected) sender;
  }

  private Admission parse(String path, @Nullable String query, Caller caller) {
    if (path.equals(QUERY_ROUTE)) {
      return toSecret(parser.named(query), caller);
    }
    return path.startsWith(pathPrefix)
        ? toSecret(parser.pathNamed(path.substring(pathPrefix.length()), query), caller)
        : NO_SUCH_PATH;
  }

  private static Admission toSecret(Parsed<SecretRequest> parsed, Caller caller) {
    var secrets = caller.secrets().orElseThrow();
    return parsed.fold(request -> new Admission.ToSecret(request, secrets), Admission::invalid);
  }
}
