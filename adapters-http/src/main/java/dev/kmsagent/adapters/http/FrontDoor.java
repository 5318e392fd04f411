package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Dialect;
import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.SecretRequestParser;
import dev.kmsagent.adapters.http.token.TokenGuard;
import java.util.List;
import java.util.Optional;

/**
 * The checks that a request to the main listener must pass, in their order: forwarding and host,
 * token, method, route, parameters. Thread-safe; it waits for nothing.
 */
final class FrontDoor {
  /** A request that came through a proxy was not made by a process beside the agent. */
  private static final List<String> FORWARDING = List.of("X-Forwarded-For", "Forwarded", "Via");

  /** The one path that anybody may ask from anywhere. */
  private static final Route PING = new Route.ToPage(Page.PING);

  private final String pathPrefix;
  private final HostCheck hosts;
  private final TokenGuard guard;
  private final SecretRequestParser parser;
  private final KnownTargets named = new KnownTargets();
  private final KnownTargets pathNamed = new KnownTargets();

  FrontDoor(String pathPrefix, HostCheck hosts, TokenGuard guard, SecretRequestParser parser) {
    this.pathPrefix = pathPrefix;
    this.hosts = hosts;
    this.guard = guard;
    this.parser = parser;
  }

  static FrontDoor of(HttpSettings settings, Dialect dialect, TokenGuard guard) {
    return new FrontDoor(
        settings.pathPrefix(),
        new HostCheck(settings.allowedHosts()),
        guard,
        new SecretRequestParser(dialect::stage));
  }

  Route route(String path) {
    return Route.of(path, pathPrefix);
  }

  Admission admit(RequestHead head, Route route) {
    var refusal = refusal(head, route);
    return refusal.isPresent() ? new Admission.TurnedAway(refusal.get()) : follow(route, head);
  }

  private Optional<Failure> refusal(RequestHead head, Route route) {
    if (!route.equals(PING)) {
      for (var header : FORWARDING) {
        if (!head.values(header).isEmpty()) {
          return Optional.of(Failure.forwarded(header));
        }
      }
      if (!hosts.admits(head)) {
        return Optional.of(Failure.forbiddenHost());
      }
    }
    if (!(route instanceof Route.ToPage) && !guard.admits(head::values)) {
      return Optional.of(Failure.forbiddenToken());
    }
    return method(head);
  }

  static Optional<Failure> method(RequestHead head) {
    return head.method().equals("GET") ? Optional.empty() : Optional.of(Failure.methodNotAllowed());
  }

  private Admission follow(Route route, RequestHead head) {
    var query = head.query();
    return switch (route) {
      case Route.ToPage(var page) -> new Admission.ToPage(page);
      case Route.ToNamedSecret() ->
          query == null ? Admission.of(parser.named(null)) : named.admission(query, parser::named);
      case Route.ToPathSecret(var rawId) ->
          query == null
              ? pathNamed.admission(rawId, id -> parser.pathNamed(id, null))
              : Admission.of(parser.pathNamed(rawId, query));
      case Route.Nowhere() -> new Admission.TurnedAway(Failure.noSuchPath());
    };
  }
}
