package dev.kmsagent.adapters.http.vault;

import static dev.kmsagent.adapters.http.request.Route.Access.IDENTIFIED;
import static dev.kmsagent.adapters.http.request.Route.Access.LOCAL;
import static dev.kmsagent.adapters.http.request.Route.Access.LOGIN;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.Identification;
import dev.kmsagent.adapters.http.request.Route;
import dev.kmsagent.adapters.http.request.Route.Access;
import dev.kmsagent.adapters.http.request.SecretRequest;
import dev.kmsagent.adapters.http.request.SecretRequestParser;
import dev.kmsagent.domain.Health;
import dev.kmsagent.domain.Parsed;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.port.in.ReportHealth;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The routes below {@code /v1/}, which are Vault's if it has a mount. None calls KMS or waits.
 * Thread-safe.
 */
public record VaultRoutes(String mount, ReportHealth health, InstantSource clock) {
  /** The methods of what Vault calls a write. */
  public static final Set<String> WRITE = Set.of("POST", "PUT");

  private static final Set<String> GET = Set.of("GET");
  private static final Set<String> LOOK_UP = Set.of("GET", "POST");
  private static final Set<String> PROBE = Set.of("GET", "HEAD");

  private static final String ROOT = "/v1/";
  private static final String BEARER = "Bearer ";

  private static final Set<String> ROOT_NAMESPACE = Set.of("", "/", "root", "root/");

  private static final Pattern LOGIN_PATH =
      Pattern.compile("/v1/auth/(.*/)?(login|auth_url)(/.*)?", Pattern.DOTALL);

  private static final String VERSION = "version=";
  private static final Pattern WHOLE = Pattern.compile("-?\\d{1,18}");
  private static final Pattern LIST = Pattern.compile("(^|&)list=");

  private static final Admission.Rejected READ_ONLY = new Admission.Rejected(Failure.READ_ONLY);

  /** A TTL of zero, in any unit. */
  private static final Pattern NO_WRAPPING = Pattern.compile("0*[smhd]?");

  private static final SecretRequestParser PARSER = new SecretRequestParser(Stage::new);

  /** The rows of the table of routes; the last covers every path that belongs to Vault. */
  public List<Route> routes() {
    return List.of(
        row("sys/health", LOCAL, PROBE, (_, _, _) -> healthPage()),
        row("sys/seal-status", LOCAL, GET, Route.constant(VaultBodies.SEAL_STATUS)),
        row("sys/init", LOCAL, GET, Route.constant(VaultBodies.INITIALIZED)),
        row("sys/leader", LOCAL, GET, Route.constant(VaultBodies.LEADER)),
        row("sys/mounts", IDENTIFIED, GET, Route.constant(VaultBodies.mounts(mount))),
        row("auth/token/lookup-self", IDENTIFIED, LOOK_UP, (_, _, caller) -> lookupSelf(caller)),
        row("auth/token/renew-self", IDENTIFIED, WRITE, (_, _, caller) -> loggedIn(caller)),
        row("auth/token/revoke-self", IDENTIFIED, WRITE, (_, _, caller) -> loggedOut(caller)),
        row("auth/", LOGIN, WRITE, (_, _, caller) -> loggedIn(caller)).prefix(VaultRoutes::isLogin),
        read("sys/internal/ui/mounts/", (path, _, _) -> mountInfo(path)).prefix(),
        below(mount + "/data/", this::data),
        below(mount + "/metadata/", this::metadata),
        below(mount + '/', Route.constant(VaultBodies.unversioned())),
        read("", Route.NO_SUCH_PATH).prefix());
  }

  /** Headers are not checked at a login. */
  private static Route row(String route, Access access, Set<String> methods, Route.Answer answer) {
    return new Route(ROOT + route, null, access, access != LOGIN, methods, READ_ONLY, answer);
  }

  /** To list is another method for clients of Vault. */
  private static Route read(String route, Route.Answer answer) {
    return row(
        route,
        IDENTIFIED,
        GET,
        (rest, query, caller) ->
            query != null && LIST.matcher(query).find()
                ? READ_ONLY
                : answer.to(rest, query, caller));
  }

  private static Route below(String folder, Route.Answer answer) {
    int length = (ROOT + folder).length();
    return read(folder, answer).prefix(path -> path.length() > length);
  }

  /** Whether {@code path} belongs to Vault. */
  public static boolean cover(String path) {
    return path.startsWith(ROOT);
  }

  /** The tokens of {@code Authorization: Bearer}, which Vault accepts beside its own header. */
  public static List<String> bearerTokens(List<String> authorizations) {
    return authorizations.stream()
        .filter(value -> value.regionMatches(true, 0, BEARER, 0, BEARER.length()))
        .map(value -> value.substring(BEARER.length()).strip())
        .toList();
  }

  /** Whether {@code path} logs a client in, which has no token yet. */
  public static boolean isLogin(String path) {
    return LOGIN_PATH.matcher(path).matches();
  }

  /** What a request asks for by headers and cannot get; {@code headers} gives their values. */
  public static Optional<Failure> unsupported(Function<String, List<String>> headers) {
    if (!headers.apply("X-Vault-Namespace").stream().allMatch(ROOT_NAMESPACE::contains)) {
      return Optional.of(
          Failure.invalidParameter("the agent has no namespaces: unset VAULT_NAMESPACE"));
    }
    return headers.apply("X-Vault-Wrap-TTL").stream().allMatch(NO_WRAPPING.asMatchPredicate())
        ? Optional.empty()
        : Optional.of(Failure.invalidParameter("the agent does not wrap responses"));
  }

  private Admission healthPage() {
    var isReady = health.readiness().status() != Health.Status.DOWN;
    return VaultBodies.health(isReady, clock.instant());
  }

  /** Clients add the TTL to the time of creation: the token is said to be made just now. */
  private Admission lookupSelf(Identification.Known caller) {
    return VaultBodies.lookupSelf(caller, clock.instant(), secondsLeft(caller));
  }

  /** The answer to a login that was admitted, and to a renewal. */
  private Admission loggedIn(Identification.Known caller) {
    return VaultBodies.renewed(caller, secondsLeft(caller));
  }

  /**
   * A login leaves nothing in the agent that could be revoked; the one token of all clients stays.
   */
  private static Admission loggedOut(Identification.Known caller) {
    return VaultLogin.ofToken(caller.token().reveal()).isPresent()
        ? VaultBodies.LOGGED_OUT
        : READ_ONLY;
  }

  private long secondsLeft(Identification.Known caller) {
    return caller
        .end()
        .map(end -> Math.max(1, Duration.between(clock.instant(), end).toSeconds()))
        .orElse(VaultBodies.PERIOD_SECONDS);
  }

  private Admission metadata(String rawName, @Nullable String query, Identification.Known caller) {
    var secrets = caller.secrets().orElseThrow();
    return pathNamed(rawName, query)
        .fold(request -> metadata(request, secrets), Admission::invalid);
  }

  private static Admission metadata(SecretRequest request, RetrieveSecret secrets) {
    return request.isForCurrent()
        ? new Admission.ToMetadata(request, secrets)
        : Admission.invalid("metadata cannot be read with versionId, versionStage or rejected");
  }

  /** Clients take a 404 for a KV engine of version 1. */
  private Admission mountInfo(String path) {
    return path.equals(mount) || path.startsWith(mount + '/')
        ? VaultBodies.mountInfo(mount)
        : new Admission.Rejected(
            Failure.of(403, "Forbidden", "there is no KV engine at this path"));
  }

  /** A read in whose query {@code version} is Vault's; 0 and less is the current version. */
  private Admission data(String rawName, @Nullable String query, Identification.Known caller) {
    var secrets = caller.secrets().orElseThrow();
    var pieces = query == null ? List.<String>of() : List.of(query.split("&", -1));
    var versions =
        pieces.stream()
            .filter(piece -> piece.startsWith(VERSION))
            .map(piece -> piece.substring(VERSION.length()))
            .toList();
    if (versions.size() > 1 || !versions.stream().allMatch(WHOLE.asMatchPredicate())) {
      return Admission.invalid("version must be one whole number");
    }
    var number = versions.stream().mapToLong(Long::parseLong).findFirst().orElse(0);
    return pathNamed(rawName, query)
        .fold(request -> ofVersion(number, request, secrets), Admission::invalid);
  }

  /** Vault ignores parameters that it does not know, and its clients send such. */
  private static Parsed<SecretRequest> pathNamed(String rawName, @Nullable String query) {
    return PARSER.pathNamed(rawName, SecretRequestParser.known(query));
  }

  private static Admission ofVersion(long number, SecretRequest request, RetrieveSecret secrets) {
    if (number <= 0) {
      return new Admission.ToSecret(request, secrets);
    }
    return request.isForCurrent()
        ? new Admission.ToVersion(request, number, secrets)
        : Admission.invalid("version cannot be given with versionId, versionStage or rejected");
  }
}
