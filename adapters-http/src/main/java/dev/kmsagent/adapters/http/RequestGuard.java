package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.SecretRequestParser;
import dev.kmsagent.adapters.http.vault.VaultRoutes;
import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.ServerConfig;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
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
    this.hosts = AllowedHosts.with(config.guard().allowedHosts());
    this.tokenHeaders = config.guard().headers();
    this.token = token;
    this.parser = parser;
    this.vault = vault.orElse(null);
  }

  /** Admits a request to the management listener, which anybody may send, and has pages only. */
  static Admission admitToManagement(RequestHead head) {
    return checkMethod(head)
        .<Admission>map(Admission.Rejected::new)
        .or(() -> StatusPages.Page.at(head.path()).map(Admission.ToPage::new))
        .orElseGet(() -> new Admission.Rejected(Failure.noSuchPath()));
  }

  /** Admits a request to the main listener. The token, which may be replaced, is read once. */
  Admission admit(RequestHead head) {
    var inForce = token.get();
    if (vault != null && vault.cover(head.path())) {
      return admitToVault(head, vault, inForce);
    }
    var page = StatusPages.Page.at(head.path());
    return checkOrigin(head, page)
        .or(() -> checkToken(head, page, inForce))
        .or(() -> checkMethod(head))
        .<Admission>map(Admission.Rejected::new)
        .or(() -> page.map(Admission.ToPage::new))
        .orElseGet(() -> admitToSecret(head));
  }

  /** In the same order; which methods there are depends on the route. */
  private Admission admitToVault(RequestHead head, VaultRoutes routes, ConfidentialText inForce) {
    return checkOrigin(head, Optional.empty())
        .or(() -> checkVaultToken(head, routes, inForce))
        .or(() -> VaultRoutes.unsupported(head::values))
        .<Admission>map(Admission.Rejected::new)
        .orElseGet(
            () -> Admission.of(routes.route(head.method(), head.path(), head.query(), inForce)));
  }

  private Optional<Failure> checkVaultToken(
      RequestHead head, VaultRoutes routes, ConfidentialText inForce) {
    return routes.isOpen(head.path())
            || carriesToken(head, inForce)
            || holds(inForce, VaultRoutes.bearerTokens(head.values("Authorization")))
        ? Optional.empty()
        : Optional.of(Failure.forbiddenToken());
  }

  /** A ping may come from anywhere. */
  private Optional<Failure> checkOrigin(RequestHead head, Optional<StatusPages.Page> page) {
    if (page.isPresent() && page.get() == StatusPages.Page.PING) {
      return Optional.empty();
    }
    for (var header : FORWARDING) {
      if (!head.values(header).isEmpty()) {
        return Optional.of(Failure.forwarded(header));
      }
    }
    return hosts.allow(head.values("Host"))
        ? Optional.empty()
        : Optional.of(Failure.forbiddenHost());
  }

  /** Status pages need no token. */
  private Optional<Failure> checkToken(
      RequestHead head, Optional<StatusPages.Page> page, ConfidentialText inForce) {
    return page.isPresent() || carriesToken(head, inForce)
        ? Optional.empty()
        : Optional.of(Failure.forbiddenToken());
  }

  /** Whether any value of the headers is the token; every one is compared, in constant time. */
  private boolean carriesToken(RequestHead head, ConfidentialText inForce) {
    boolean found = false;
    for (var header : tokenHeaders) {
      found |= holds(inForce, head.values(header));
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

  private static Optional<Failure> checkMethod(RequestHead head) {
    return head.method().equals("GET") ? Optional.empty() : Optional.of(Failure.methodNotAllowed());
  }

  private Admission admitToSecret(RequestHead head) {
    if (head.path().equals(QUERY_ROUTE)) {
      return Admission.of(parser.named(head.query()));
    }
    return head.path().startsWith(pathPrefix)
        ? Admission.of(parser.pathNamed(head.path().substring(pathPrefix.length()), head.query()))
        : new Admission.Rejected(Failure.noSuchPath());
  }
}
