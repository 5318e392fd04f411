package dev.kmsagent.emulator.identity;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.AccessKey;
import dev.kmsagent.emulator.protocol.AccessKey.SessionToken;
import java.time.Instant;

/** A temporary key and its session: the role, the session's name, and when it was minted. */
public record MintedKey(AccessKey key, String roleName, String sessionName, Instant minted) {
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
}
