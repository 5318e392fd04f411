package dev.kmsagent.emulator.identity;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.AccessKey;
import dev.kmsagent.emulator.protocol.AccessKey.SessionToken;
import dev.kmsagent.emulator.protocol.Wildcard;
import java.time.Instant;
import java.util.List;

/**
 * A temporary key and its session: the role, the session's name, when the key was minted, and the
 * secrets that the session's own policy allows to be read.
 */
public record MintedKey(
    AccessKey key, String roleName, String sessionName, Instant minted, List<Wildcard> readable) {

  public MintedKey {
    readable = List.copyOf(readable);
  }

  /** The key's id. */
  public String accessKeyId() {
    return key.id();
  }

  /** When KMS stops accepting it. */
  public Instant expires() {
    return key.expires();
  }

  /** The key, its secret, its token and its end, as STS and the metadata return them. */
  public JsonObject credentials() {
    var json = new JsonObject();
    json.addProperty("AccessKeyId", key.id());
    json.addProperty("AccessKeySecret", key.keySecret().value());
    json.addProperty("SecurityToken", key.token().map(SessionToken::value).orElse(""));
    json.addProperty("Expiration", key.expires().toString());
    return json;
  }

  boolean mayRead(String secretName) {
    return readable.stream().anyMatch(pattern -> pattern.matches(secretName));
  }
}
