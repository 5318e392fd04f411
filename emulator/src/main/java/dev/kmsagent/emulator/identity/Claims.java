package dev.kmsagent.emulator.identity;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.time.Instant;
import java.util.List;

/** The claims of an OIDC token; times are whole seconds. */
public record Claims(
    String issuer, String subject, List<String> audiences, Instant issued, Instant expires) {

  public Claims {
    audiences = List.copyOf(audiences);
  }

  String json() {
    var aud = new JsonArray();
    audiences.forEach(aud::add);
    var json = new JsonObject();
    json.addProperty("iss", issuer);
    json.addProperty("sub", subject);
    json.add("aud", aud);
    json.addProperty("iat", issued.getEpochSecond());
    json.addProperty("nbf", issued.getEpochSecond());
    json.addProperty("exp", expires.getEpochSecond());
    return json.toString();
  }
}
