package dev.kmsagent.adapters.http.dialect;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;

/** HashiCorp Vault: what all of its answers have around their data. No secret has a lease id. */
public final class VaultEnvelope {
  private VaultEnvelope() {}

  /** Writes what stands before the data. */
  public static void begin(JsonWriter json, String requestId, long leaseSeconds)
      throws IOException {
    json.name("request_id").value(requestId);
    json.name("lease_id").value("");
    json.name("renewable").value(false);
    json.name("lease_duration").value(leaseSeconds);
  }

  /** Writes what stands behind the data. */
  public static void end(JsonWriter json) throws IOException {
    json.name("wrap_info").nullValue();
    json.name("warnings").nullValue();
    json.name("auth").nullValue();
  }
}
