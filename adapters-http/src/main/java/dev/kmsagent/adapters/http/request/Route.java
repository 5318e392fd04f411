package dev.kmsagent.adapters.http.request;

import dev.kmsagent.adapters.http.dialect.Failure;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table of routes: how a request for a path is checked, and what answers it.
 *
 * @param path the path; if there are {@code others}, how their paths begin
 * @param others which of the paths that begin so; null for this path alone
 * @param access who may send a request
 * @param checksVaultHeaders whether the headers of Vault's clients count, for the token and for
 *     what the agent does not support
 * @param methods that are answered
 * @param otherMethod the answer to any other
 */
public record Route(
    String path,
    @Nullable Predicate<String> others,
    Access access,
    boolean checksVaultHeaders,
    Set<String> methods,
    Admission.Rejected otherMethod,
    Answer answer) {
  /** Answers to a path that has no route. */
  public static final Answer NO_SUCH_PATH = constant(new Admission.Rejected(Failure.NO_SUCH_PATH));

  private static final Admission.Rejected GET_ONLY =
      new Admission.Rejected(Failure.METHOD_NOT_ALLOWED);

  /** Who may send a request. */
  public enum Access {
    /** Anybody, through a proxy and to any host. */
    ANYBODY,
    /** Anybody who names an allowed host, without a proxy. */
    LOCAL,
    /** The same, logging in. */
    LOGIN,
    /** The same, with a token. */
    IDENTIFIED
  }

  /** What is made of a request that passed all checks of its route. */
  @FunctionalInterface
  public interface Answer {
    /**
     * The admission.
     *
     * @param rest what follows the route's path
     * @param query as it was sent
     * @param caller none for a route that needs no token
     */
    Admission to(String rest, @Nullable String query, Identification.Known caller);
  }

  /** A route of the agent's own interface, which has GET only. */
  public static Route get(String path, Access access, Answer answer) {
    return new Route(path, null, access, false, Set.of("GET"), GET_ONLY, answer);
  }

  /** The same answer to all. */
  public static Answer constant(Admission admission) {
    return (_, _, _) -> admission;
  }

  /** This route for every path that begins with its path. */
  public Route prefix() {
    return prefix(_ -> true);
  }

  /** This route for {@code others} that begin with its path. */
  public Route prefix(Predicate<String> others) {
    return new Route(path, others, access, checksVaultHeaders, methods, otherMethod, answer);
  }

  /** Whether a path begins as this route's, and is one of the others. */
  public boolean covers(String requested) {
    return others != null && requested.startsWith(path) && others.test(requested);
  }

  /** Answers a request for a path of this route. */
  public Admission answer(
      String method, String requested, @Nullable String query, Identification.Known caller) {
    return methods.contains(method)
        ? answer.to(requested.substring(path.length()), query, caller)
        : otherMethod;
  }
}
