package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.Route;
import dev.kmsagent.adapters.http.request.Route.Access;
import dev.kmsagent.adapters.http.request.SecretRequest;
import dev.kmsagent.adapters.http.request.SecretRequestParser;
import dev.kmsagent.adapters.http.vault.VaultRoutes;
import dev.kmsagent.domain.Parsed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The routes of a listener, and the only place where a path is matched: as it was sent, neither
 * decoded nor normalised. Thread-safe.
 *
 * @param exact the routes of one path each, which go before
 * @param prefixes the others, of which the first counts that covers a path
 */
record RouteTable(Map<String, Route> exact, List<Route> prefixes) {
  static final String QUERY_ROUTE = "/secretsmanager/get";

  /** The last of the rows covers every path. */
  private static RouteTable of(List<Route> rows) {
    return new RouteTable(
        rows.stream()
            .filter(row -> row.others() == null)
            .collect(Collectors.toUnmodifiableMap(Route::path, Function.identity())),
        rows.stream().filter(row -> row.others() != null).toList());
  }

  /** The main listener: pages, Vault's routes if there are any, and secrets. */
  static RouteTable ofMain(
      StatusPages pages,
      Optional<VaultRoutes> vault,
      String pathPrefix,
      SecretRequestParser parser) {
    var rows = new ArrayList<>(pages.routes(Access.LOCAL));
    vault.ifPresent(it -> rows.addAll(it.routes()));
    rows.add(secret(QUERY_ROUTE, (_, query) -> parser.named(query)));
    rows.add(secret(pathPrefix, parser::pathNamed).prefix());
    rows.add(Route.get("", Access.IDENTIFIED, Route.NO_SUCH_PATH).prefix());
    return of(rows);
  }

  /** The management listener: pages only, for anybody. */
  static RouteTable ofManagement(StatusPages pages) {
    var rows = new ArrayList<>(pages.routes(Access.ANYBODY));
    rows.add(Route.get("", Access.ANYBODY, Route.NO_SUCH_PATH).prefix());
    return of(rows);
  }

  private static Route secret(
      String path, BiFunction<String, @Nullable String, Parsed<SecretRequest>> parse) {
    return Route.get(
        path,
        Access.IDENTIFIED,
        (rest, query, caller) -> {
          var secrets = caller.secrets().orElseThrow();
          return parse
              .apply(rest, query)
              .fold(request -> new Admission.ToSecret(request, secrets), Admission::invalid);
        });
  }

  /** The route of a path. */
  Route at(String path) {
    var route = exact.get(path);
    for (int i = 0; route == null; i++) {
      route = prefixes.get(i).covers(path) ? prefixes.get(i) : null;
    }
    return route;
  }
}
