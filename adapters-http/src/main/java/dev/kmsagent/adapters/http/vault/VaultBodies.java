package dev.kmsagent.adapters.http.vault;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.dialect.Json;
import dev.kmsagent.adapters.http.dialect.VaultEnvelope;
import dev.kmsagent.config.ConfidentialText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * The bodies that depend on the configuration alone, as Vault 1.21 answers them.
 *
 * @param mount the path of the KV engine, which needs no escape in JSON
 */
record VaultBodies(String mount) {
  private static final String NAME = "kms-agent";
  private static final String VERSION = "1.21.0+kms-agent";

  /** A token of Vault that is renewed within 32 days for as long as it exists. */
  private static final int PERIOD_SECONDS = 2_764_800;

  private static final Set<String> GET = Set.of("GET");
  static final Set<String> WRITE = Set.of("POST", "PUT");

  /**
   * A route without parameters.
   *
   * @param isOpen whether it needs no token
   */
  record Fixed(Set<String> methods, boolean isOpen, VaultRoute answer) {}

  /** The routes by their path below {@code /v1/}. */
  Map<String, Fixed> routes() {
    return Map.of(
        "sys/seal-status", new Fixed(GET, true, body(200, SEAL_STATUS)),
        "sys/init", new Fixed(GET, true, body(200, "{\"initialized\":true}")),
        "sys/leader", new Fixed(GET, true, body(200, LEADER)),
        "sys/mounts", new Fixed(GET, false, body(200, mounts())),
        "auth/token/lookup-self", new Fixed(Set.of("GET", "POST"), false, body(200, lookupSelf())),
        "auth/token/revoke-self", new Fixed(WRITE, false, rejected(403, NOT_REVOKED)),
        "sys/leases/renew", new Fixed(WRITE, false, rejected(400, NO_LEASE)),
        "sys/renew", new Fixed(WRITE, false, rejected(400, NO_LEASE)));
  }

  private static final String NOT_REVOKED =
      "nothing was revoked: the agent's token ends when its file changes";

  private static final String NO_LEASE = "there is no such lease: secrets have none";

  private static final String SEAL_STATUS =
      """
      {"type":"shamir","initialized":true,"sealed":false,"t":1,"n":1,"progress":0,"nonce":"",\
      "version":"%s","build_date":"","migration":false,"cluster_name":"kms-agent",\
      "cluster_id":"kms-agent","recovery_seal":false,"storage_type":"kms"}"""
          .formatted(VERSION);

  private static final String LEADER =
      """
      {"ha_enabled":false,"is_self":false,"active_time":"0001-01-01T00:00:00Z",\
      "leader_address":"","leader_cluster_address":"","performance_standby":false}""";

  private static final String ENGINE =
      """
      {"type":"kv","description":"","accessor":"kms-agent","local":false,"seal_wrap":false,\
      "config":{"default_lease_ttl":0,"max_lease_ttl":0,"force_no_cache":false},\
      "options":{"version":"2"}}""";

  private String mounts() {
    var engines = "\"%s/\":%s".formatted(mount, ENGINE);
    return envelope("{" + engines + "}", "null", engines);
  }

  /** The engine that a secret's path belongs to. */
  VaultRoute.Body mountInfo() {
    var inMount = "{\"path\":\"%s/\",".formatted(mount);
    return body(200, envelope(inMount + ENGINE.substring(1), "null"));
  }

  private static String lookupSelf() {
    return envelope(
        """
        {"id":"kms-agent","accessor":"kms-agent","display_name":"token",\
        "path":"auth/token/create","entity_id":"","type":"service","policies":["default"],\
        "meta":null,"num_uses":0,"creation_time":0,"creation_ttl":%1$d,"ttl":%1$d,\
        "period":%1$d,"explicit_max_ttl":0,"expire_time":null,"orphan":true,"renewable":true}"""
            .formatted(PERIOD_SECONDS),
        "null");
  }

  /** Spring uses the token of this answer from then on: it is the one that was sent. */
  static VaultRoute.Body renewSelf(ConfidentialText token) {
    return json(
        json -> {
          VaultEnvelope.begin(json, "", 0);
          json.name("data").nullValue().name("wrap_info").nullValue();
          json.name("warnings").nullValue().name("auth").beginObject();
          json.name("client_token").value(token.reveal()).name("accessor").value(NAME);
          json.name("policies").beginArray().value("default").endArray();
          json.name("token_policies").beginArray().value("default").endArray();
          json.name("metadata").nullValue().name("lease_duration").value(PERIOD_SECONDS);
          json.name("renewable").value(true).name("entity_id").value("");
          json.name("token_type").value("service").name("orphan").value(true);
          json.name("num_uses").value(0).endObject();
        });
  }

  private static String envelope(String data, String auth, String... more) {
    var rest = more.length == 0 ? "" : "," + String.join(",", more);
    return """
    {"request_id":"","lease_id":"","renewable":false,"lease_duration":0,"data":%s,\
    "wrap_info":null,"warnings":null,"auth":%s%s}"""
        .formatted(data, auth, rest);
  }

  private static VaultRoute.Rejected rejected(int status, String message) {
    return new VaultRoute.Rejected(
        Failure.of(status, status == 403 ? "Forbidden" : "InvalidParameter", message));
  }

  private static VaultRoute.Body json(Json.Members members) {
    return new VaultRoute.Body(200, ByteBuffer.wrap(Json.object(members)));
  }

  /** An agent that is not ready is a sealed Vault. */
  static VaultRoute.Body health(int status, boolean isReady, Instant now) {
    return body(
        status,
        """
        {"initialized":true,"sealed":%b,"standby":false,"performance_standby":false,\
        "replication_performance_mode":"disabled","replication_dr_mode":"disabled",\
        "server_time_utc":%d,"version":"%s","enterprise":false,\
        "cluster_name":"kms-agent","cluster_id":"kms-agent"}"""
            .formatted(!isReady, now.getEpochSecond(), VERSION));
  }

  private static VaultRoute.Body body(int status, String json) {
    return new VaultRoute.Body(status, ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)));
  }
}
