package dev.kmsagent.emulator.control;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.http.HttpResponse;
import dev.kmsagent.emulator.identity.MintedKey;
import dev.kmsagent.emulator.identity.MintedKeys;
import dev.kmsagent.emulator.identity.OidcProvider;
import dev.kmsagent.emulator.identity.OidcToken;
import dev.kmsagent.emulator.protocol.Parameters;
import dev.kmsagent.emulator.protocol.Result;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** Issues the platform's tokens, and shows and revokes minted keys. */
public final class IdentityControl {
  private static final Pattern SECONDS = Pattern.compile("[1-9]\\d{0,5}");

  private final OidcProvider provider;
  private final MintedKeys minted;

  /** Controls this platform and these keys. */
  public IdentityControl(OidcProvider provider, MintedKeys minted) {
    this.provider = provider;
    this.minted = minted;
  }

  /** A token, good or with the flaw that is asked for. */
  Result<HttpResponse> token(String body) {
    return JsonFields.parse(body)
        .then(this::token)
        .map(token -> HttpResponse.text(201, token.text()));
  }

  private Result<OidcToken> token(JsonFields fields) {
    Result<OidcToken> token = fields.text("subject").map(provider::token);
    if (fields.has("seconds")) {
      token = token.then(t -> fields.number("seconds").map(Duration::ofSeconds).map(t::livingFor));
    }
    if (fields.has("flaw")) {
      token = token.then(t -> fields.text("flaw").then(flaw -> flawed(t, flaw, fields)));
    }
    return token.then(fields::nothingLeft);
  }

  private static Result<OidcToken> flawed(OidcToken token, String flaw, JsonFields fields) {
    return switch (flaw) {
      case "expired" -> new Result.Done<>(token.expired());
      case "audience" -> new Result.Done<>(token.audience("another.example"));
      case "issuer" -> new Result.Done<>(token.issuer("https://another.example"));
      case "signature" -> new Result.Done<>(token.wronglySigned());
      default -> fields.refused("flaw", "must be one of expired, audience, issuer, signature");
    };
  }

  Result<HttpResponse> keys() {
    return ControlResponses.list("keys", minted.all().stream().map(IdentityControl::write));
  }

  private static JsonObject write(MintedKey key) {
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
    return ControlResponses.nothing();
  }

  Result<HttpResponse> lifetime(Parameters parameters) {
    Optional<Duration> span =
        parameters
            .get("seconds")
            .filter(text -> SECONDS.matcher(text).matches())
            .map(Long::parseLong)
            .map(Duration::ofSeconds);
    span.ifPresent(minted::lifetime);
    return span.isPresent()
        ? ControlResponses.nothing()
        : ControlResponses.invalid("seconds must be a whole number from 1 on");
  }
}
