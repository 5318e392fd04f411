package dev.kmsagent.emulator.control;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.RpcGateway;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.ServerReply;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.ApiError.ApiException;
import dev.kmsagent.emulator.protocol.Parameters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Answers unsigned requests under {@code /_emulator}, and passes on all others. It shows no value
 * of a secret and no key, and refuses pages in a browser, which could reach loopback too. Safe for
 * many threads.
 */
public final class ControlApi implements HttpHandler {
  private static final String PATH = "/_emulator";
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final Pattern PORT = Pattern.compile(":\\d+$");
  private static final ApiError BROWSER =
      new ApiError(403, "Forbidden.Host", "Pages in a browser have no access.");
  private static final ApiError OTHER_HOST =
      new ApiError(403, "Forbidden.Host", "The Host must be loopback or given by --host-name.");

  private static final String HELP =
      """
      GET    /_emulator/faults            the faults in force
      POST   /_emulator/faults            {"fault":"latency","millis":500,"secret":"..","times":3,"seconds":60}
      DELETE /_emulator/faults            clears all; ?number=1 clears one
      GET    /_emulator/calls             counts and the latest calls
      DELETE /_emulator/calls             counts from zero
                                          faults and calls of KMS, or ?service=sts, metadata or oidc
      POST   /_emulator/stop?service=sts  refuses connections; also metadata, oidc
      POST   /_emulator/start?service=sts listens again on the same port
      POST   /_emulator/reset             back to the start; with a body in TOML to its secrets, keys and roles
      GET    /_emulator/ca.pem            the authority of the certificates
      GET    /_emulator/secrets           the secrets, without values
      POST   /_emulator/rotate?name=..    a new version; {"text":"..","json":..,"binary":"BASE64"}: with one of these;
                                          a managed secret takes none, and is rotated with its hook
                                          also delete, restore, deny, allow
      POST   /_emulator/token             {"subject":"system:serviceaccount:NAMESPACE:NAME"}: a platform's token
      GET    /_emulator/keys              the keys that were minted, without their secrets
      DELETE /_emulator/keys              revokes all; ?id=STS... revokes one
      POST   /_emulator/lifetime?seconds= how long keys live from now on
      """;

  private final ServiceControl services;
  private final SecretControl secrets;
  private final IdentityControl identities;
  private final RpcGateway kms;
  private final Set<String> hosts;
  private final String authority;

  /**
   * Controls the services, the secrets of KMS and the identities of the account; passes other
   * requests on to {@code kms}.
   *
   * @param hostNames the names under which it is reached, besides loopback
   * @param authority the certificate of the authority in PEM; empty if there is none
   */
  public ControlApi(RpcGateway kms, SeededState state, Set<String> hostNames, String authority) {
    this.services = new ServiceControl(state.services());
    this.secrets = new SecretControl(state);
    this.identities = new IdentityControl(state.identities());
    this.kms = kms;
    this.authority = authority;
    this.hosts =
        Stream.of(LOOPBACK, hostNames)
            .flatMap(names -> names.stream().map(name -> name.toLowerCase(Locale.ROOT)))
            .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public ServerReply handle(HttpRequest request) {
    return request.path().startsWith(PATH)
        ? new ServerReply.Complete(control(request))
        : kms.handle(request);
  }

  private HttpResponse control(HttpRequest request) {
    try {
      refuseBrowser(request);
      return route(request, Parameters.parse(request.query()));
    } catch (ApiException refused) {
      return errorResponse(refused.error());
    } catch (IllegalArgumentException invalid) {
      return errorResponse(new ApiError(400, "InvalidParameter", invalid.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Tells a page in a browser by the Origin and, against DNS rebinding, by the Host. */
  private void refuseBrowser(HttpRequest request) {
    BROWSER.unless(request.header("origin").isEmpty());
    OTHER_HOST.unless(request.header("host").filter(this::isOwn).isPresent());
  }

  private boolean isOwn(String host) {
    return hosts.contains(PORT.matcher(host).replaceFirst("").toLowerCase(Locale.ROOT));
  }

  private HttpResponse route(HttpRequest request, Parameters parameters) throws IOException {
    String route = request.method() + " " + request.path().substring(PATH.length());
    return switch (route) {
      case "GET ", "GET /" -> HttpResponse.text(200, HELP);
      case "GET /faults" -> services.faults(parameters);
      case "POST /faults" -> services.addFault(parameters, request.body());
      case "DELETE /faults" -> services.clearFaults(parameters);
      case "GET /calls" -> services.calls(parameters);
      case "DELETE /calls" -> services.clearCalls(parameters);
      case "POST /stop" -> services.stop(parameters);
      case "POST /start" -> services.start(parameters);
      case "POST /token" -> identities.token(request.body());
      case "GET /keys" -> identities.keys();
      case "DELETE /keys" -> identities.revoke(parameters);
      case "POST /lifetime" -> identities.lifetime(parameters);
      case "POST /reset" -> secrets.reset(request.body());
      case "GET /ca.pem" -> HttpResponse.text(200, authority);
      case "GET /secrets" -> secrets.list();
      default -> secrets.change(route, parameters.get("name").orElse(""), request.body());
    };
  }

  private static HttpResponse errorResponse(ApiError error) {
    var json = new JsonObject();
    json.addProperty("Code", error.code());
    json.addProperty("Message", error.message());
    return ControlResponses.json(error.status(), json);
  }
}
