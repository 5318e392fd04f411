package dev.kmsagent.emulator.control;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.identity.Identities;
import dev.kmsagent.emulator.identity.IssuedToken;
import dev.kmsagent.emulator.identity.MintedKey;
import dev.kmsagent.emulator.identity.MintedKeys;
import dev.kmsagent.emulator.identity.OidcProvider;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** Issues OIDC tokens, and shows and revokes minted keys. */
final class IdentityControl {
  private static final Pattern SECONDS = Pattern.compile("[1-9]\\d{0,5}");

  private final OidcProvider provider;
  private final MintedKeys minted;

  /** Controls the identities of this account. */
  IdentityControl(Identities identities) {
    this.provider = identities.provider();
    this.minted = identities.minted();
  }

  /** A token: valid, or with the flaw that the body names. */
  Result<HttpResponse> token(String body) {
    return JsonFields.parse(body)
        .then(this::token)
        .map(token -> HttpResponse.text(201, token.text()));
  }

  private Result<IssuedToken> token(JsonFields fields) {
    return fields
        .text("subject")
        .map(provider::token)
        .then(token -> fields.ifPresent("seconds", token, t -> fields.seconds().map(t::livingFor)))
        .then(
            token ->
                fields.ifPresent(
                    "flaw", token, t -> fields.text("flaw").then(flaw -> flawed(t, flaw, fields))))
        .then(fields::nothingLeft);
  }

  private static Result<IssuedToken> flawed(IssuedToken token, String flaw, JsonFields fields) {
    return switch (flaw) {
      case "expired" -> Result.done(token.expired());
      case "audience" -> Result.done(token.audience("another.example"));
      case "issuer" -> Result.done(token.issuer("https://another.example"));
      case "signature" -> Result.done(token.wronglySigned());
      default -> fields.refused("flaw", "must be one of expired, audience, issuer, signature");
    };
  }

  Result<HttpResponse> keys() {
    return ControlResponses.list("keys", minted.all().stream().map(IdentityControl::json));
  }

  private static JsonObject json(MintedKey key) {
    var json = new JsonObject();
    json.addProperty("id", key.accessKeyId());
    json.addProperty("role", key.roleName());
    json.addProperty("session", key.sessionName());
    json.addProperty("minted", key.minted().toString());
    json.addProperty("expires", key.expires().toString());
    return json;
  }

  Result<HttpResponse> revoke(Parameters parameters) {
    parameters.get("id").ifPresentOrElse(minted::revoke, minted::revokeAll);
    return ControlResponses.noContent();
  }

  Result<HttpResponse> lifetime(Parameters parameters) {
    Optional<String> seconds =
        parameters.get("seconds").filter(text -> SECONDS.matcher(text).matches());
    if (seconds.isEmpty()) {
      return ControlResponses.invalid("seconds must be a whole number from 1 on");
    }
    minted.lifetime(Duration.ofSeconds(Long.parseLong(seconds.get())));
    return ControlResponses.noContent();
  }
}
