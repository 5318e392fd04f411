package dev.kmsagent.emulator.identity;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.gateway.FaultingDispatcher;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.ServerReply;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.protocol.SignatureScheme;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
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
  private final MetadataTokens tokens;
  private final FaultingDispatcher dispatcher;

  /** The metadata of this instance, whose role is one of this account. */
  public MetadataService(
      EcsInstance instance, Identities identities, FaultingDispatcher dispatcher) {
    this.instance = instance;
    this.roles = identities.roles();
    this.keys = new RoleKeys(identities);
    this.tokens = new MetadataTokens(identities.time());
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
      case "PUT /latest/api/token" -> dispatch("PutToken", () -> newToken(request));
      case "GET " + ROLES, "GET /latest/meta-data/ram/security-credentials" ->
          dispatch(
              "GetRoleName", () -> guarded(request).then(_ -> role()).map(MetadataService::text));
      case String get when get.startsWith("GET " + ROLES) ->
          dispatch(
              "GetCredentials",
              () -> guarded(request).then(_ -> credentials(path.substring(ROLES.length()))));
      default -> dispatch("Other", () -> Result.refused(IdentityErrors.METADATA_NOT_FOUND));
    };
  }

  /** Faults and counts are by action. */
  private ServerReply dispatch(String action, Supplier<Result<HttpResponse>> answer) {
    String id = UUID.randomUUID().toString();
    return dispatcher.dispatch(
        new Call.Pending(id, action, Call.Requested.NOTHING, SignatureScheme.NONE, ""), answer);
  }

  private Result<HttpResponse> newToken(HttpRequest request) {
    Optional<String> issued =
        request
            .header(LIFETIME_HEADER)
            .filter(value -> SECONDS.matcher(value).matches())
            .map(Integer::parseInt)
            .filter(seconds -> seconds <= MAX_LIFETIME)
            .map(seconds -> tokens.issue(Duration.ofSeconds(seconds)));
    return Result.of(issued, IdentityErrors.METADATA_BAD_REQUEST).map(MetadataService::text);
  }

  /** The request itself, if it has the token that it needs. */
  private Result<HttpRequest> guarded(HttpRequest request) {
    Optional<String> presented = request.header(TOKEN_HEADER);
    if (presented.isEmpty() && instance.mode() == EcsInstance.Mode.GUARDED_ONLY) {
      return Result.refused(IdentityErrors.METADATA_WITHOUT_TOKEN);
    }
    return presented.isEmpty() || tokens.isValid(presented.get())
        ? Result.done(request)
        : Result.refused(IdentityErrors.METADATA_WRONG_TOKEN);
  }

  private Result<String> role() {
    return Result.of(
        instance.role().filter(name -> roles.find(name).isPresent()),
        IdentityErrors.METADATA_NOT_FOUND);
  }

  private Result<HttpResponse> credentials(String roleName) {
    return role()
        .filter(roleName::equals, IdentityErrors.METADATA_NOT_FOUND)
        .map(name -> json(keys.current(name)));
  }

  private static HttpResponse text(String text) {
    return HttpResponse.text(200, text);
  }

  private static HttpResponse json(MintedKey key) {
    JsonObject json = key.credentials();
    json.addProperty("LastUpdated", key.minted().truncatedTo(ChronoUnit.SECONDS).toString());
    json.addProperty("Code", "Success");
    return HttpResponse.json(200, json.toString());
  }
}
