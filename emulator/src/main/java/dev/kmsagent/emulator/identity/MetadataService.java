package dev.kmsagent.emulator.identity;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.FaultingDispatcher;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.ServerReply;
import dev.kmsagent.emulator.protocol.ApiError;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The metadata of an ECS instance, for requests that are sent here and for those that are sent here
 * as to a proxy for 100.100.100.200. Safe for many threads.
 */
public final class MetadataService implements HttpHandler {
  private static final Set<String> SERVED = Set.of("", "100.100.100.200", "100.100.100.200:80");
  private static final String ROLES = "/latest/meta-data/ram/security-credentials/";
  private static final String LIFETIME_HEADER = "X-aliyun-ecs-metadata-token-ttl-seconds";
  private static final String TOKEN_HEADER = "X-aliyun-ecs-metadata-token";
  private static final Pattern SECONDS = Pattern.compile("[1-9]\\d{0,4}");
  private static final int MAX_LIFETIME = 21_600;

  private final EcsInstance instance;
  private final Roles roles;
  private final RoleKeys keys;
  private final InstantSource clock;
  private final Map<String, Instant> tokenEnds = new ConcurrentHashMap<>();
  private final FaultingDispatcher dispatcher;

  /** The metadata of this instance, whose role is one of this account. */
  public MetadataService(
      EcsInstance instance, Identities identities, FaultingDispatcher dispatcher) {
    this.instance = instance;
    this.roles = identities.roles();
    this.keys = new RoleKeys(identities);
    this.clock = identities.time();
    this.dispatcher = dispatcher;
  }

  /** The page that reports an error; only its status tells which. */
  public static HttpResponse errorPage(ApiError error, String requestId) {
    String title = error.status() + " - " + error.message();
    String html = "<html><head><title>" + title + "</title></head><body></body></html>\n";
    return HttpResponse.html(error.status(), html);
  }

  @Override
  public ServerReply handle(HttpRequest request) {
    if (!SERVED.contains(request.authority())) {
      return new ServerReply.Complete(
          HttpResponse.text(403, "only 100.100.100.200 is behind this proxy"));
    }
    String path = request.path();
    return switch (request.method() + " " + path) {
      case "PUT /latest/api/token" ->
          dispatcher.dispatch("PutToken", () -> HttpResponse.text(200, newToken(request)));
      case "GET " + ROLES, "GET /latest/meta-data/ram/security-credentials" ->
          dispatcher.dispatch("GetRoleName", () -> HttpResponse.text(200, role(request)));
      case String get when get.startsWith("GET " + ROLES) ->
          dispatcher.dispatch(
              "GetCredentials", () -> credentials(request, path.substring(ROLES.length())));
      default ->
          dispatcher.dispatch(
              "Other",
              () -> {
                throw IdentityErrors.METADATA_NOT_FOUND.exception();
              });
    };
  }

  private String newToken(HttpRequest request) {
    return request
        .header(LIFETIME_HEADER)
        .filter(value -> SECONDS.matcher(value).matches())
        .map(Integer::parseInt)
        .filter(seconds -> seconds <= MAX_LIFETIME)
        .map(this::issue)
        .orElseThrow(IdentityErrors.METADATA_BAD_REQUEST::exception);
  }

  private String issue(int seconds) {
    String token = UUID.randomUUID().toString().replace("-", "") + "==";
    Instant now = clock.instant();
    tokenEnds.values().removeIf(end -> !now.isBefore(end));
    tokenEnds.put(token, now.plusSeconds(seconds));
    return token;
  }

  private boolean isValid(String token) {
    return clock.instant().isBefore(tokenEnds.getOrDefault(token, Instant.MIN));
  }

  /** The role of the instance, for a request that has the token that it needs. */
  private String role(HttpRequest request) {
    Optional<String> presented = request.header(TOKEN_HEADER);
    IdentityErrors.METADATA_WITHOUT_TOKEN.unless(
        presented.isPresent() || instance.mode() != EcsInstance.Mode.GUARDED_ONLY);
    IdentityErrors.METADATA_WRONG_TOKEN.unless(presented.isEmpty() || isValid(presented.get()));
    return instance
        .role()
        .filter(name -> roles.find(name).isPresent())
        .orElseThrow(IdentityErrors.METADATA_NOT_FOUND::exception);
  }

  private HttpResponse credentials(HttpRequest request, String roleName) {
    IdentityErrors.METADATA_NOT_FOUND.unless(role(request).equals(roleName));
    MintedKey key = keys.current(roleName);
    JsonObject json = key.credentials();
    json.addProperty("LastUpdated", key.minted().truncatedTo(ChronoUnit.SECONDS).toString());
    json.addProperty("Code", "Success");
    return HttpResponse.json(200, json.toString());
  }
}
