package dev.kmsagent.emulator.protocol;

import com.google.gson.JsonObject;

/** A refusal in KMS's own terms: HTTP status, error code, message. */
public record KmsError(int status, String code, String message) {

  /** The document that tells it to a client. */
  public String document(String requestId) {
    var json = new JsonObject();
    json.addProperty("HttpStatus", status);
    json.addProperty("Code", code);
    json.addProperty("Message", message);
    json.addProperty("RequestId", requestId);
    return json.toString();
  }
}
