package dev.kmsagent.emulator.identity;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The claims of an OIDC token; times are whole seconds.
 *
 * @param kubernetes the names of what the token is bound to, by what they are: {@code pod}, {@code
 *     node}
 */
public record Claims(
    String issuer,
    String subject,
    List<String> audiences,
    Instant issued,
    Instant expires,
    Map<String, String> kubernetes) {

  public Claims {
    audiences = List.copyOf(audiences);
    kubernetes = Map.copyOf(kubernetes);
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
    String[] account = subject.split(":", -1);
    if (account.length == 4) {
      json.add("kubernetes.io", kubernetes(account[2], account[3]));
    }
    return json.toString();
  }

  private JsonObject kubernetes(String namespace, String serviceAccount) {
    var json = new JsonObject();
    json.addProperty("namespace", namespace);
    json.add("serviceaccount", named(serviceAccount));
    new TreeMap<>(kubernetes).forEach((what, name) -> json.add(what, named(name)));
    return json;
  }

  private static JsonObject named(String name) {
    var json = new JsonObject();
    json.addProperty("name", name);
    return json;
  }
}
