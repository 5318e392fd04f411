package dev.kmsagent.adapters.http.vault;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.Parsed;
import dev.kmsagent.adapters.http.request.PresentedToken;
import dev.kmsagent.adapters.http.request.SecretRequest;
import dev.kmsagent.adapters.http.request.SecretRequestParser;
import dev.kmsagent.domain.Health;
import dev.kmsagent.domain.port.ReportHealth;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The routes below {@code /v1/}, which are Vault's if it has a mount. None calls KMS or waits.
 * Thread-safe.
 */
public final class VaultRoutes {
  private static final String ROOT = "/v1/";
  private static final String HEALTH = "sys/health";
  private static final String RENEW_SELF = "auth/token/renew-self";
  private static final String LOOKUP_SELF = "auth/token/lookup-self";

  /** The methods of what Vault calls a write. */
  public static final Set<String> WRITE = VaultBodies.WRITE;

  private static final Set<String> LOOK_UP = Set.of("GET", "POST");
  private static final String MOUNT_INFO = "sys/internal/ui/mounts/";
  private static final String BEARER = "Bearer ";

  private static final Set<String> ROOT_NAMESPACE = Set.of("", "/", "root", "root/");

  private static final String AUTH = "/v1/auth/";

  /** What follows {@link #AUTH} in a route that logs a client in. */
  private static final Pattern LOGIN =
      Pattern.compile("(.*/)?(login|auth_url)(/.*)?", Pattern.DOTALL);

  /** Clients add the TTL of a token to the time of its creation, which is never older than this. */
  private static final Duration LONGEST_AGE = Duration.ofDays(1);

  private static final Admission READ_ONLY = new Admission.Rejected(Failure.readOnly());

  private static final Admission OTHER_TOKEN =
      new Admission.Rejected(
          Failure.of(403, "Forbidden", "the agent tells a client about its own token alone"));

  /** The id may be in the path, too. */
  private static final Pattern LEASE_RENEWAL =
      Pattern.compile("sys/(leases/)?renew(/.*)?", Pattern.DOTALL);

  private static final Admission NO_LEASES =
      Admission.invalid("the agent has no leases: no answer has a lease_id");

  /** A TTL of zero, in any unit. */
  private static final Pattern NO_WRAPPING = Pattern.compile("0*[smhd]?");

  private final String mount;
  private final SecretRequestParser parser;
  private final ReportHealth health;
  private final InstantSource clock;
  private final Instant created;
  private final VaultBodies bodies;
  private final Map<String, VaultBodies.Fixed> fixed;

  /** What the paths of secrets begin with. */
  private final String dataPath;

  private final String metadataPath;

  /**
   * The routes of a mount.
   *
   * @param parser for the names of secrets and the parameters of the agent itself
   */
  public VaultRoutes(
      String mount, SecretRequestParser parser, ReportHealth health, InstantSource clock) {
    this.mount = mount;
    this.parser = parser;
    this.health = health;
    this.clock = clock;
    this.created = clock.instant();
    this.bodies = new VaultBodies(mount);
    this.fixed = bodies.routes();
    this.dataPath = mount + "/data/";
    this.metadataPath = mount + "/metadata/";
  }

  /** Whether {@code path} belongs to Vault. */
  public static boolean cover(String path) {
    return path.startsWith(ROOT);
  }

  /** Whether a path that belongs to Vault needs no token. */
  public boolean isOpen(String path) {
    var route = path.substring(ROOT.length());
    var known = fixed.get(route);
    return known == null ? route.equals(HEALTH) : known.isOpen();
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
    return path.startsWith(AUTH) && LOGIN.matcher(path.substring(AUTH.length())).matches();
  }

  /** The answer to a login that was admitted. */
  public Admission loggedIn(PresentedToken token) {
    return VaultBodies.renewed(token, secondsLeft(token));
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

  /**
   * The route of a request whose path belongs to Vault.
   *
   * @param token the one that the request was admitted with
   */
  public Admission route(String method, String path, @Nullable String query, PresentedToken token) {
    var route = path.substring(ROOT.length());
    var known = fixed.get(route);
    if (known != null) {
      return known.methods().contains(method) ? known.answer() : READ_ONLY;
    }
    return switch (route) {
      case HEALTH -> method.equals("GET") || method.equals("HEAD") ? health() : READ_ONLY;
      case LOOKUP_SELF -> LOOK_UP.contains(method) ? lookupSelf(token) : READ_ONLY;
      case RENEW_SELF -> WRITE.contains(method) ? loggedIn(token) : READ_ONLY;
      case "auth/token/lookup" -> byBody(method, token, _ -> lookupSelf(token));
      case "auth/token/renew" -> byBody(method, token, _ -> loggedIn(token));
      case "sys/capabilities", "sys/capabilities-self" ->
          byBody(method, token, call -> capabilities(call.paths()));
      default -> inMount(method, route, query);
    };
  }

  /** A call whose body may name a token, which must be the caller's own. */
  private static Admission byBody(
      String method, PresentedToken own, Function<TokenCall, Admission> answer) {
    return WRITE.contains(method)
        ? new Admission.ByBody(
            body ->
                TokenCall.parse(body)
                    .fold(
                        call -> call.isAbout(own.text()) ? answer.apply(call) : OTHER_TOKEN,
                        Admission::invalid))
        : READ_ONLY;
  }

  private Admission capabilities(Set<String> paths) {
    return paths.isEmpty()
        ? Admission.invalid("paths must be supplied")
        : bodies.capabilities(paths);
  }

  private Admission health() {
    var isReady = health.readiness().status() != Health.Status.DOWN;
    return VaultBodies.health(isReady, clock.instant());
  }

  /** Clients add the TTL to the time of creation: a token that ends was created just now. */
  private Admission lookupSelf(PresentedToken token) {
    var now = clock.instant();
    var oldest = now.minus(LONGEST_AGE);
    var since = created.isAfter(oldest) ? created : oldest;
    return VaultBodies.lookupSelf(token, token.end().isPresent() ? now : since, secondsLeft(token));
  }

  private long secondsLeft(PresentedToken token) {
    return token
        .end()
        .map(end -> Math.max(1, Duration.between(clock.instant(), end).toSeconds()))
        .orElse(VaultBodies.PERIOD_SECONDS);
  }

  private Admission inMount(String method, String route, @Nullable String query) {
    if (WRITE.contains(method) && LEASE_RENEWAL.matcher(route).matches()) {
      return NO_LEASES;
    }
    return method.equals("GET")
        ? VaultQuery.parse(query).fold(parsed -> get(route, parsed), Admission::invalid)
        : READ_ONLY;
  }

  private Admission get(String route, VaultQuery query) {
    if (route.startsWith(MOUNT_INFO)) {
      return mountInfo(route.substring(MOUNT_INFO.length()));
    }
    if (query.isList()) {
      return READ_ONLY;
    }
    if (isBelow(metadataPath, route)) {
      return named(route.substring(metadataPath.length()), query.rest())
          .fold(VaultRoutes::metadata, Admission::invalid);
    }
    if (isBelow(dataPath, route)) {
      return named(route.substring(dataPath.length()), query.rest())
          .fold(query::select, Admission::invalid);
    }
    return isBelow(mount + '/', route)
        ? VaultBodies.unversioned()
        : new Admission.Rejected(Failure.noSuchPath());
  }

  private static Admission metadata(SecretRequest request) {
    return new Admission.ToMetadata(SecretRequest.cached(request.query().name()));
  }

  private static boolean isBelow(String folder, String route) {
    return route.startsWith(folder) && route.length() > folder.length();
  }

  /** Clients take a 404 for a KV engine of version 1. */
  private Admission mountInfo(String path) {
    return path.equals(mount) || path.startsWith(mount + '/')
        ? bodies.mountInfo()
        : new Admission.Rejected(
            Failure.of(403, "Forbidden", "there is no KV engine at this path"));
  }

  private Parsed<SecretRequest> named(String rawName, @Nullable String query) {
    return parser.pathNamed(rawName, query);
  }
}
