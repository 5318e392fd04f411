package dev.kmsagent.emulator.identity;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.Call;
import dev.kmsagent.emulator.gateway.FaultingDispatcher;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.ServerReply;
import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.protocol.SignatureScheme;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Publishes what verifies the tokens of the OIDC provider, as a cluster does: the discovery
 * document of the issuer, and its keys. Safe for many threads.
 */
public final class OidcService implements HttpHandler {
  private static final String JWKS = "/openid/v1/jwks";

  private final OidcProvider provider;
  private final FaultingDispatcher dispatcher;

  /** Publishes the keys of this provider. */
  public OidcService(OidcProvider provider, FaultingDispatcher dispatcher) {
    this.provider = provider;
    this.dispatcher = dispatcher;
  }

  @Override
  public ServerReply handle(HttpRequest request) {
    return switch (request.method() + " " + request.path()) {
      case "GET /.well-known/openid-configuration" ->
          dispatch("GetConfiguration", () -> Result.done(json(configuration())));
      case "GET " + JWKS -> dispatch("GetKeys", () -> Result.done(json(provider.jwks())));
      default -> dispatch("Other", () -> Result.refused(IdentityErrors.METADATA_NOT_FOUND));
    };
  }

  private ServerReply dispatch(String action, Supplier<Result<HttpResponse>> answer) {
    String id = UUID.randomUUID().toString();
    return dispatcher.dispatch(
        new Call.Pending(id, action, Call.Requested.NOTHING, SignatureScheme.NONE, ""), answer);
  }

  private String configuration() {
    var json = new JsonObject();
    json.addProperty("issuer", provider.issuer());
    json.addProperty("jwks_uri", provider.issuer() + JWKS);
    return json.toString();
  }

  private static HttpResponse json(String document) {
    return HttpResponse.json(200, document);
  }
}
