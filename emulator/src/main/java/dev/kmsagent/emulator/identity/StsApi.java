package dev.kmsagent.emulator.identity;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.gateway.Api;
import dev.kmsagent.emulator.gateway.RpcRequest;
import dev.kmsagent.emulator.http.HttpRequest;
import dev.kmsagent.emulator.protocol.ApiError;
import dev.kmsagent.emulator.protocol.ApiErrors;
import dev.kmsagent.emulator.protocol.Authentication;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.SignatureScheme;
import dev.kmsagent.emulator.protocol.SignatureVerifier;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

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
        ? new Authentication(SignatureScheme.NONE, "", Optional.empty())
        : verifier.verify(request, call.parameters());
  }

  @Override
  public JsonObject run(RpcRequest call, String accessKeyId) {
    return switch (call.action()) {
      case WITH_OIDC -> assumeRoleWithOidc(call.parameters());
      case "AssumeRole" -> {
        var request = SessionRequest.read(call.parameters(), REQUIRED);
        yield openSession(request, role(request));
      }
      default -> throw ApiErrors.UNKNOWN_ACTION.exception();
    };
  }

  private JsonObject assumeRoleWithOidc(Parameters parameters) {
    var request = SessionRequest.read(parameters, REQUIRED_WITH_OIDC);
    OidcProvider provider = identities.provider();
    IdentityErrors.UNKNOWN_PROVIDER.unless(
        parameters.get("OIDCProviderArn").filter(provider.arn()::equals).isPresent());
    Claims claims = provider.verify(parameters.get("OIDCToken").orElse(""));
    Role role = role(request);
    IdentityErrors.NOT_TRUSTED.unless(role.trust().covers(claims));
    JsonObject answer = openSession(request, role);
    answer.add("OIDCTokenInfo", tokenInfo(claims));
    return answer;
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

  private Role role(SessionRequest request) {
    return identities
        .roles()
        .findByArn(request.roleArn())
        .orElseThrow(IdentityErrors.UNKNOWN_ROLE::exception);
  }

  /** Mints a key for a session. */
  private JsonObject openSession(SessionRequest request, Role role) {
    IdentityErrors.WRONG_DURATION.unless(request.duration().compareTo(role.maxSession()) <= 0);
    MintedKey key =
        identities.minted().mint(role.name(), request.sessionName(), request.duration());
    var json = new JsonObject();
    json.add("AssumedRoleUser", assumedRole(key));
    json.add("Credentials", key.credentials());
    return json;
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
