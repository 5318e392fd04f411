package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.Admission.Page;
import dev.kmsagent.adapters.http.request.SecretRequestParser;
import dev.kmsagent.adapters.http.vault.VaultRoutes;
import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.ServerConfig;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
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

  private final String pathPrefix;
  private final AllowedHosts hosts;
  private final List<String> tokenHeaders;
  private final Supplier<ConfidentialText> token;
  private final SecretRequestParser parser;
  private final @Nullable VaultRoutes vault;

  /** Takes the token in force, and Vault's routes if they exist. */
  RequestGuard(
      ServerConfig config,
      Supplier<ConfidentialText> token,
      SecretRequestParser parser,
      Optional<VaultRoutes> vault) {
    this.pathPrefix = config.pathPrefix();
    this.hosts = new AllowedHosts(config.guard().allowedHosts());
    this.tokenHeaders = config.guard().headers();
    this.token = token;
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

  /** Admits a request to the main listener. The token, which may be replaced, is read once. */
  Admission admit(Request request) {
    var inForce = token.get();
    var path = request.getHttpURI().getPath();
    if (vault != null && vault.cover(path)) {
      return admitToVault(request, vault, inForce);
    }
    var page = Page.at(path);
    return check(request, page, inForce)
        .<Admission>map(Admission.Rejected::new)
        .or(() -> page.map(Admission.ToPage::new))
        .orElseGet(() -> admitToSecret(path, request.getHttpURI().getQuery()));
  }

  /** Status pages need no token, and a ping may come from anywhere. */
  private Optional<Failure> check(Request request, Optional<Page> page, ConfidentialText inForce) {
    var origin =
        page.isPresent() && page.get() == Page.PING
            ? Optional.<Failure>empty()
            : checkOrigin(request);
    if (origin.isPresent()) {
      return origin;
    }
    return page.isPresent() || carriesToken(request, inForce)
        ? checkMethod(request)
        : Optional.of(forbiddenToken(request, List.of()));
  }

  private Failure forbiddenToken(Request request, List<String> bearerTokens) {
    var inHeader = tokenHeaders.stream().anyMatch(header -> !values(request, header).isEmpty());
    return Failure.forbiddenToken(tokenHeaders, inHeader || !bearerTokens.isEmpty());
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

  private Optional<Failure> checkVaultToken(
      Request request, VaultRoutes routes, ConfidentialText inForce) {
    if (routes.isOpen(request.getHttpURI().getPath()) || carriesToken(request, inForce)) {
      return Optional.empty();
    }
    var bearerTokens = VaultRoutes.bearerTokens(values(request, "Authorization"));
    return holds(inForce, bearerTokens)
        ? Optional.empty()
        : Optional.of(forbiddenToken(request, bearerTokens));
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

  /** Whether any value of the headers is the token; every one is compared, in constant time. */
  private boolean carriesToken(Request request, ConfidentialText inForce) {
    boolean found = false;
    for (var header : tokenHeaders) {
      found |= holds(inForce, values(request, header));
    }
    return found;
  }

  private static boolean holds(ConfidentialText inForce, List<String> values) {
    boolean found = false;
    for (var value : values) {
      found |= inForce.equals(new ConfidentialText(value));
    }
    return found;
  }

  private static Optional<Failure> checkMethod(Request request) {
    return request.getMethod().equals("GET")
        ? Optional.empty()
        : Optional.of(Failure.methodNotAllowed());
  }

  private Admission admitToVault(Request request, VaultRoutes routes, ConfidentialText inForce) {
    var uri = request.getHttpURI();
    return checkOrigin(request)
        .or(() -> VaultRoutes.login(uri.getPath()))
        .or(() -> checkVaultToken(request, routes, inForce))
        .or(() -> VaultRoutes.unsupported(name -> values(request, name)))
        .<Admission>map(Admission.Rejected::new)
        .orElseGet(() -> routes.route(request.getMethod(), uri.getPath(), uri.getQuery(), inForce));
  }

  private Admission admitToSecret(String path, @Nullable String query) {
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
