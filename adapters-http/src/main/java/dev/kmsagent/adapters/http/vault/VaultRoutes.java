package dev.kmsagent.adapters.http.vault;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.Caller;
import dev.kmsagent.adapters.http.request.SecretRequest;
import dev.kmsagent.adapters.http.request.SecretRequestParser;
import dev.kmsagent.domain.Health;
import dev.kmsagent.domain.Stage;
import dev.kmsagent.domain.port.in.ReportHealth;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The routes below {@code /v1/}, which are Vault's if it has a mount. None calls KMS or waits.
 * Thread-safe.
 */
public final class VaultRoutes {
  /** The methods of what Vault calls a write. */
  public static final Set<String> WRITE = Set.of("POST", "PUT");

  private static final Set<String> GET = Set.of("GET");
  private static final Set<String> LOOK_UP = Set.of("GET", "POST");
  private static final Set<String> PROBE = Set.of("GET", "HEAD");

  private static final String ROOT = "/v1/";
  private static final String MOUNT_INFO = "sys/internal/ui/mounts/";
  private static final String BEARER = "Bearer ";

  private static final Set<String> ROOT_NAMESPACE = Set.of("", "/", "root", "root/");

  private static final String AUTH = "/v1/auth/";

  /** What follows {@link #AUTH} in a route that logs a client in. */
  private static final Pattern LOGIN =
      Pattern.compile("(.*/)?(login|auth_url)(/.*)?", Pattern.DOTALL);

  private static final String VERSION = "version=";
  private static final Pattern WHOLE = Pattern.compile("-?\\d{1,18}");
  private static final Pattern LIST = Pattern.compile("(^|&)list=");

  private static final Admission READ_ONLY = new Admission.Rejected(Failure.readOnly());

  /** A TTL of zero, in any unit. */
  private static final Pattern NO_WRAPPING = Pattern.compile("0*[smhd]?");

  private final String mount;
  private final SecretRequestParser parser = new SecretRequestParser(Stage::new);
  private final ReportHealth health;
  private final InstantSource clock;
  private final Map<String, Route> routes;

  /** What the paths of secrets begin with. */
  private final String dataPath;

  private final String metadataPath;

  /**
   * A route without parameters.
   *
   * @param isOpen whether it needs no token
   * @param answer to the caller
   */
  private record Route(Set<String> methods, boolean isOpen, Function<Caller, Admission> answer) {}

  /** The routes of a mount. */
  public VaultRoutes(String mount, ReportHealth health, InstantSource clock) {
    this.mount = mount;
    this.health = health;
    this.clock = clock;
    this.dataPath = mount + "/data/";
    this.metadataPath = mount + "/metadata/";
    this.routes =
        Map.of(
            "sys/health", new Route(PROBE, true, _ -> health()),
            "sys/seal-status", new Route(GET, true, _ -> VaultBodies.SEAL_STATUS),
            "sys/init", new Route(GET, true, _ -> VaultBodies.INITIALIZED),
            "sys/leader", new Route(GET, true, _ -> VaultBodies.LEADER),
            "sys/mounts", new Route(GET, false, _ -> VaultBodies.mounts(mount)),
            "auth/token/lookup-self", new Route(LOOK_UP, false, this::lookupSelf),
            "auth/token/renew-self", new Route(WRITE, false, this::loggedIn));
  }

  /** Whether {@code path} belongs to Vault. */
  public static boolean cover(String path) {
    return path.startsWith(ROOT);
  }

  /** Whether a path that belongs to Vault needs no token. */
  public boolean isOpen(String path) {
    var known = routes.get(path.substring(ROOT.length()));
    return known != null && known.isOpen();
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

  /** The route of a request whose path belongs to Vault. */
  public Admission route(String method, String path, @Nullable String query, Caller caller) {
    var route = path.substring(ROOT.length());
    var known = routes.get(route);
    if (known != null) {
      return known.methods().contains(method) ? known.answer().apply(caller) : READ_ONLY;
    }
    var isList = query != null && LIST.matcher(query).find();
    return method.equals("GET") && !isList ? get(route, query, caller) : READ_ONLY;
  }

  private Admission health() {
    var isReady = health.readiness().status() != Health.Status.DOWN;
    return VaultBodies.health(isReady, clock.instant());
  }

  /** Clients add the TTL to the time of creation: the token is said to be made just now. */
  private Admission lookupSelf(Caller caller) {
    return VaultBodies.lookupSelf(caller, clock.instant(), secondsLeft(caller));
  }

  /** The answer to a login that was admitted, and to a renewal. */
  public Admission loggedIn(Caller caller) {
    return VaultBodies.renewed(caller, secondsLeft(caller));
  }

  private long secondsLeft(Caller caller) {
    return caller
        .end()
        .map(end -> Math.max(1, Duration.between(clock.instant(), end).toSeconds()))
        .orElse(VaultBodies.PERIOD_SECONDS);
  }

  private Admission get(String route, @Nullable String query, Caller caller) {
    var secrets = caller.secrets().orElseThrow();
    if (route.startsWith(MOUNT_INFO)) {
      return mountInfo(route.substring(MOUNT_INFO.length()));
    }
    if (isBelow(metadataPath, route)) {
      return parser
          .pathNamed(route.substring(metadataPath.length()), query)
          .fold(request -> metadata(request, secrets), Admission::invalid);
    }
    if (isBelow(dataPath, route)) {
      return data(route.substring(dataPath.length()), query, secrets);
    }
    return isBelow(mount + '/', route)
        ? VaultBodies.unversioned()
        : new Admission.Rejected(Failure.noSuchPath());
  }

  private static Admission metadata(SecretRequest request, RetrieveSecret secrets) {
    return request.query().isForCurrent()
        ? new Admission.ToMetadata(request, secrets)
        : Admission.invalid("metadata cannot be read with versionId or versionStage");
  }

  private static boolean isBelow(String folder, String route) {
    return route.startsWith(folder) && route.length() > folder.length();
  }

  /** Clients take a 404 for a KV engine of version 1. */
  private Admission mountInfo(String path) {
    return path.equals(mount) || path.startsWith(mount + '/')
        ? VaultBodies.mountInfo(mount)
        : new Admission.Rejected(
            Failure.of(403, "Forbidden", "there is no KV engine at this path"));
  }

  /** A read in whose query {@code version} is Vault's; 0 and less is the current version. */
  private Admission data(String rawName, @Nullable String query, RetrieveSecret secrets) {
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
    var rest = pieces.stream().filter(piece -> !piece.startsWith(VERSION));
    return parser
        .pathNamed(rawName, rest.collect(Collectors.joining("&")))
        .fold(request -> ofVersion(number, request, secrets), Admission::invalid);
  }

  private static Admission ofVersion(long number, SecretRequest request, RetrieveSecret secrets) {
    if (number <= 0) {
      return new Admission.ToSecret(request, secrets);
    }
    return request.query().isForCurrent()
        ? new Admission.ToVersion(request, number, secrets)
        : Admission.invalid("version cannot be given with versionId or versionStage");
  }
}
