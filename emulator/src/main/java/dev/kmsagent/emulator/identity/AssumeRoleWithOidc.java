package dev.kmsagent.emulator.identity;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** AssumeRoleWithOIDC: a session for whoever holds a token that the role trusts. */
final class AssumeRoleWithOidc {
  private static final List<String> REQUIRED =
      List.of("RoleArn", "OIDCProviderArn", "OIDCToken", "RoleSessionName");

  private final OidcProvider provider;
  private final Sessions sessions;

  AssumeRoleWithOidc(OidcProvider provider, Sessions sessions) {
    this.provider = provider;
    this.sessions = sessions;
  }

  Result<JsonObject> run(Parameters parameters) {
    return SessionRequest.read(parameters, REQUIRED)
        .then(request -> claims(parameters).then(claims -> answer(request, claims)));
  }

  private Result<Claims> claims(Parameters parameters) {
    return parameters.get("OIDCProviderArn").filter(provider.arn()::equals).isPresent()
        ? provider.verify(parameters.get("OIDCToken").orElse(""))
        : new Result.Refused<>(StsErrors.unknownProvider());
  }

  private Result<JsonObject> answer(SessionRequest request, Claims claims) {
    return sessions
        .role(request)
        .then(
            role ->
                role.trust().covers(claims.issuer(), claims.audiences(), claims.subject())
                    ? sessions.open(request, role)
                    : new Result.Refused<>(StsErrors.notTrusted()))
        .map(
            answer -> {
              answer.add("OIDCTokenInfo", info(claims));
              return answer;
            });
  }

  private static JsonObject info(Claims claims) {
    var json = new JsonObject();
    json.addProperty("Issuer", claims.issuer());
    json.addProperty("Subject", claims.subject());
    json.addProperty("ClientIds", String.join(",", claims.audiences()));
    json.addProperty("IssuanceTime", claims.issued().truncatedTo(ChronoUnit.SECONDS).toString());
    json.addProperty("ExpirationTime", claims.expires().truncatedTo(ChronoUnit.SECONDS).toString());
    json.addProperty("VerificationInfo", "Success");
    return json;
  }
}
