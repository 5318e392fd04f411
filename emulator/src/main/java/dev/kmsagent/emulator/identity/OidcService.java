package dev.kmsagent.emulator.identity;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.FaultingDispatcher;
import dev.kmsagent.emulator.http.HttpHandler;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.http.ServerReply;

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
          dispatcher.dispatch("GetConfiguration", () -> HttpResponse.json(200, configuration()));
      case "GET " + JWKS ->
          dispatcher.dispatch("GetKeys", () -> HttpResponse.json(200, provider.jwks()));
      default ->
          dispatcher.dispatch(
              "Other",
              () -> {
                throw IdentityErrors.METADATA_NOT_FOUND.exception();
              });
    };
  }

  private String configuration() {
    var json = new JsonObject();
    json.addProperty("issuer", provider.issuer());
    json.addProperty("jwks_uri", provider.issuer() + JWKS);
    return json.toString();
  }
}
