package dev.kmsagent.emulator.identity;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.Api;
import dev.kmsagent.emulator.gateway.RpcRequest;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.ApiErrors;
import dev.kmsagent.emulator.protocol.Authentication;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import dev.kmsagent.emulator.protocol.SignatureScheme;
import dev.kmsagent.emulator.protocol.SignatureVerifier;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * The API of STS. AssumeRole is for the holders of keys, who may assume every role of the account;
 * AssumeRoleWithOIDC is for the holders of a token that the role trusts.
 */
public final class StsApi implements Api {
  private static final String WITH_OIDC = "AssumeRoleWithOIDC";
  private static final List<String> REQUIRED = List.of("RoleArn", "RoleSessionName");
  private static final List<String> REQUIRED_WITH_OIDC =
      List.of("RoleArn", "OIDCProviderArn", "OIDCToken", "RoleSessionName");

  private final SignatureVerifier verifier;
  private final Identities identities;

  /** Issues keys for the roles of this account. */
  public StsApi(Identities identities) {
    this.verifier = identities.verifier();
    this.identities = identities;
  }

  @Override
  public String version() {
    return "2015-04-01";
  }

  @Override
  public Authentication authenticate(HttpRequest request, RpcRequest call) {
    return call.action().equals(WITH_OIDC)
        ? new Authentication.Accepted(SignatureScheme.NONE, "")
        : verifier.verify(request, call.parameters());
  }

  @Override
  public Result<JsonObject> run(RpcRequest call, String accessKeyId) {
    return switch (call.action()) {
      case WITH_OIDC -> assumeRoleWithOidc(call.parameters());
      case "AssumeRole" -> assumeRole(call.parameters());
      default -> Result.refused(ApiErrors.UNKNOWN_ACTION);
    };
  }

  private Result<JsonObject> assumeRole(Parameters parameters) {
    return SessionRequest.read(parameters, REQUIRED)
        .then(request -> role(request).then(role -> openSession(request, role)));
  }

  private Result<JsonObject> assumeRoleWithOidc(Parameters parameters) {
    return SessionRequest.read(parameters, REQUIRED_WITH_OIDC)
        .then(request -> claims(parameters).then(claims -> openSession(request, claims)));
  }

  private Result<Claims> claims(Parameters parameters) {
    OidcProvider provider = identities.provider();
    return parameters.get("OIDCProviderArn").filter(provider.arn()::equals).isPresent()
        ? provider.verify(parameters.get("OIDCToken").orElse(""))
        : Result.refused(IdentityErrors.UNKNOWN_PROVIDER);
  }

  private Result<JsonObject> openSession(SessionRequest request, Claims claims) {
    return role(request)
        .filter(role -> role.trust().covers(claims), IdentityErrors.NOT_TRUSTED)
        .then(role -> openSession(request, role))
        .map(
            answer -> {
              answer.add("OIDCTokenInfo", tokenInfo(claims));
              return answer;
            });
  }

  private static JsonObject tokenInfo(Claims claims) {
    var json = new JsonObject();
    json.addProperty("Issuer", claims.issuer());
    json.addProperty("Subject", claims.subject());
    json.addProperty("ClientIds", String.join(",", claims.audiences()));
    json.addProperty("IssuanceTime", claims.issued().truncatedTo(ChronoUnit.SECONDS).toString());
    json.addProperty("ExpirationTime", claims.expires().truncatedTo(ChronoUnit.SECONDS).toString());
    json.addProperty("VerificationInfo", "Success");
    return json;
  }

  private Result<Role> role(SessionRequest request) {
    return Result.of(identities.roles().findByArn(request.roleArn()), IdentityErrors.UNKNOWN_ROLE);
  }

  /** Mints a key for a session. */
  private Result<JsonObject> openSession(SessionRequest request, Role role) {
    if (request.duration().compareTo(role.maxSession()) > 0) {
      return Result.refused(IdentityErrors.WRONG_DURATION);
    }
    MintedKey key =
        identities.minted().mint(role.name(), request.sessionName(), request.duration());
    var json = new JsonObject();
    json.add("AssumedRoleUser", assumedRole(key));
    json.add("Credentials", key.credentials());
    return Result.done(json);
  }

  private JsonObject assumedRole(MintedKey key) {
    String arn = identities.account().sessionArn(key.roleName(), key.sessionName());
    var json = new JsonObject();
    json.addProperty("Arn", arn);
    json.addProperty("AssumedRoleId", Roles.id(key.roleName()) + ":" + key.sessionName());
    return json;
  }

  @Override
  public JsonObject errorFields(ApiError error) {
    var json = new JsonObject();
    json.addProperty("HostId", "sts.aliyuncs.com");
    return json;
  }
}
