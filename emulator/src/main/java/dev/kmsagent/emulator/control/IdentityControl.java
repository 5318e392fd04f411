package dev.kmsagent.emulator.control;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.identity.Identities;
import dev.kmsagent.emulator.identity.IssuedToken;
import dev.kmsagent.emulator.identity.MintedKey;
import dev.kmsagent.emulator.identity.MintedKeys;
import dev.kmsagent.emulator.identity.OidcProvider;
import dev.kmsagent.emulator.protocol.Parameters;
import java.time.Duration;
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
  HttpResponse token(String body) {
    var fields = JsonFields.parse(body);
    var token = provider.token(fields.text("subject"));
    token = fields.has("seconds") ? token.livingFor(fields.seconds()) : token;
    token = fields.has("flaw") ? flawed(token, fields) : token;
    fields.requireNothingLeft();
    return HttpResponse.text(201, token.text());
  }

  private static IssuedToken flawed(IssuedToken token, JsonFields fields) {
    return switch (fields.text("flaw")) {
      case "expired" -> token.expired();
      case "audience" -> token.audience("another.example");
      case "issuer" -> token.issuer("https://another.example");
      case "signature" -> token.wronglySigned();
      default ->
          throw fields.refused("flaw", "must be one of expired, audience, issuer, signature");
    };
  }

  HttpResponse keys() {
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

  HttpResponse revoke(Parameters parameters) {
    parameters.get("id").ifPresentOrElse(minted::revoke, minted::revokeAll);
    return HttpResponse.empty(204);
  }

  HttpResponse lifetime(Parameters parameters) {
    String seconds =
        parameters
            .get("seconds")
            .filter(text -> SECONDS.matcher(text).matches())
            .orElseThrow(
                () -> ControlResponses.invalid("seconds must be a whole number from 1 on"));
    minted.lifetime(Duration.ofSeconds(Long.parseLong(seconds)));
    return HttpResponse.empty(204);
  }
}
