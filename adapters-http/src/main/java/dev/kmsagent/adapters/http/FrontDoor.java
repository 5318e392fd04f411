package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Dialect;
import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Parsed;
import dev.kmsagent.adapters.http.request.SecretRequest;
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

  private final String pathPrefix;
  private final HostCheck hosts;
  private final TokenGuard guard;
  private final SecretRequestParser parser;

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
    return refusal(head, route)
        .<Admission>map(Admission.TurnedAway::new)
        .orElseGet(() -> follow(route, head));
  }

  private Optional<Failure> refusal(RequestHead head, Route route) {
    return origin(head, route).or(() -> token(head, route)).or(() -> method(head));
  }

  private Optional<Failure> origin(RequestHead head, Route route) {
    if (route.equals(new Route.ToPage(Page.PING))) {
      return Optional.empty();
    }
    return forwarding(head)
        .or(() -> hosts.admits(head) ? Optional.empty() : Optional.of(Failure.forbiddenHost()));
  }

  private static Optional<Failure> forwarding(RequestHead head) {
    return FORWARDING.stream()
        .filter(header -> !head.values(header).isEmpty())
        .findFirst()
        .map(Failure::forwarded);
  }

  private Optional<Failure> token(RequestHead head, Route route) {
    return route instanceof Route.ToPage || guard.admits(head::values)
        ? Optional.empty()
        : Optional.of(Failure.forbiddenToken());
  }

  static Optional<Failure> method(RequestHead head) {
    return head.method().equals("GET") ? Optional.empty() : Optional.of(Failure.methodNotAllowed());
  }

  private Admission follow(Route route, RequestHead head) {
    return switch (route) {
      case Route.ToPage(var page) -> new Admission.ToPage(page);
      case Route.ToNamedSecret() -> admission(parser.named(head.query()));
      case Route.ToPathSecret(var rawId) -> admission(parser.pathNamed(rawId, head.query()));
      case Route.Nowhere() -> new Admission.TurnedAway(Failure.noSuchPath());
    };
  }

  private static Admission admission(Parsed<SecretRequest> parsed) {
    return switch (parsed) {
      case Parsed.Good<SecretRequest>(var request) -> new Admission.ToSecret(request);
      case Parsed.Bad<SecretRequest>(var problem) ->
          new Admission.TurnedAway(Failure.invalidParameter(problem));
    };
  }
}
