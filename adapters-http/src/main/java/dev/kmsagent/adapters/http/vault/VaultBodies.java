package dev.kmsagent.adapters.http.vault;

import com.google.gson.JsonPrimitive;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.Admission.ToBody;
import dev.kmsagent.adapters.http.request.Identification;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** The bodies without secrets, as Vault 1.21 answers them. A mount needs no escape in JSON. */
final class VaultBodies {
  private static final String VERSION = "1.21.0+kms-agent";

  /** A token of Vault that is renewed within 32 days for as long as it exists. */
  static final long PERIOD_SECONDS = 2_764_800;

  static final Admission INITIALIZED = body(200, "{\"initialized\":true}");

  static final Admission SEAL_STATUS =
      body(
          200,
          """
          {"type":"shamir","initialized":true,"sealed":false,"t":1,"n":1,"progress":0,"nonce":"",\
          "version":"%s","build_date":"","migration":false,"cluster_name":"kms-agent",\
          "cluster_id":"kms-agent","recovery_seal":false,"storage_type":"kms"}"""
              .formatted(VERSION));

  static final Admission LEADER =
      body(
          200,
          """
          {"ha_enabled":false,"is_self":false,"active_time":"0001-01-01T00:00:00Z",\
          "leader_address":"","leader_cluster_address":"","performance_standby":false}""");

  static final Admission LOGGED_OUT = body(204, "");

  private static final String ENGINE =
      """
      {"type":"kv","description":"","accessor":"kms-agent","uuid":"kms-agent","local":false,\
      "seal_wrap":false,"external_entropy_access":false,"plugin_version":"",\
      "running_plugin_version":"","running_sha256":"","deprecation_status":"supported",\
      "config":{"default_lease_ttl":0,"max_lease_ttl":0,"force_no_cache":false},\
      "options":{"version":"2"}}""";

  private VaultBodies() {}

  static Admission mounts(String mount) {
    var engines = "\"%s/\":%s".formatted(mount, ENGINE);
    return envelope(200, "{" + engines + "}", "null", "null," + engines);
  }

  /** The answer to the path of a secret without {@code data}, in Vault's own words. */
  static Admission unversioned() {
    var warning =
        "Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate"
            + " API endpoints to use. If using the Vault CLI, use 'vault kv get' for this"
            + " operation.";
    return envelope(404, "null", "[\"" + warning + "\"]", "null");
  }

  /** The engine that a secret's path belongs to. */
  static Admission mountInfo(String mount) {
    var inMount = "{\"path\":\"%s/\",".formatted(mount);
    return envelope(200, inMount + ENGINE.substring(1), "null", "null");
  }

  /** Clients use the id of this answer from then on: it is the token that was sent. */
  static Admission lookupSelf(Identification.Known caller, Instant created, long secondsLeft) {
    var data =
        """
        {"id":%1$s,"accessor":"kms-agent","display_name":"token",\
        "path":"auth/token/create","entity_id":"","type":"service","policies":["default"],\
        "meta":null,"num_uses":0,"creation_time":%2$d,"creation_ttl":%3$d,"ttl":%3$d,\
        "period":%3$d,"explicit_max_ttl":0,"expire_time":null,"orphan":true,"renewable":true}"""
            .formatted(
                new JsonPrimitive(caller.token().reveal()), created.getEpochSecond(), secondsLeft);
    return envelope(200, data, "null", "null");
  }

  /** Spring uses the token of this answer from then on: it is the one that was sent. */
  static Admission renewed(Identification.Known caller, long secondsLeft) {
    var auth =
        """
        {"client_token":%s,"accessor":"kms-agent","policies":["default"],\
        "token_policies":["default"],"metadata":null,"lease_duration":%d,"renewable":true,\
        "entity_id":"","token_type":"service","orphan":true,"num_uses":0}"""
            .formatted(new JsonPrimitive(caller.token().reveal()), secondsLeft);
    return envelope(200, "null", "null", auth);
  }

  /** The last member may be followed by others. */
  private static Admission envelope(int status, String data, String warnings, String auth) {
    var members =
        """
        ,"lease_id":"","renewable":false,"lease_duration":0,"data":%s,\
        "wrap_info":null,"warnings":%s,"auth":%s}"""
            .formatted(data, warnings, auth);
    return new ToBody(
        status, ToBody.JSON, requestId -> utf8("{\"request_id\":\"" + requestId + '"' + members));
  }

  /** An agent that is not ready is a sealed Vault. */
  static Admission health(boolean isReady, Instant now) {
    return body(
        isReady ? 200 : 503,
        """
        {"initialized":true,"sealed":%b,"standby":false,"performance_standby":false,\
        "replication_performance_mode":"disabled","replication_dr_mode":"disabled",\
        "server_time_utc":%d,"version":"%s","enterprise":false,\
        "cluster_name":"kms-agent","cluster_id":"kms-agent"}"""
            .formatted(!isReady, now.getEpochSecond(), VERSION));
  }

  private static Admission body(int status, String json) {
    return new ToBody(status, ToBody.JSON, utf8(json));
  }

  private static byte[] utf8(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }
}
