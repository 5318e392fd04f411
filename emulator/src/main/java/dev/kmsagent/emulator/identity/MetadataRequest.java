package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.http.HttpRequest;

/** What a request asks of the metadata. */
sealed interface MetadataRequest {
  /** The name under which calls are counted and faults strike. */
  String action();

  /** A token for the guarded mode. */
  record NewToken() implements MetadataRequest {
    @Override
    public String action() {
      return "PutToken";
    }
  }

  /** Which role the instance has. */
  record RoleName() implements MetadataRequest {
    @Override
    public String action() {
      return "GetRoleName";
    }
  }

  /** The key of a role. */
  record RoleKey(String role) implements MetadataRequest {
    @Override
    public String action() {
      return "GetCredentials";
    }
  }

  /** Anything else. */
  record Other() implements MetadataRequest {
    @Override
    public String action() {
      return "Other";
    }
  }

  static MetadataRequest of(HttpRequest request) {
    String roles = "/latest/meta-data/ram/security-credentials/";
    String asked = request.method() + " " + request.path();
    if (asked.equals("PUT /latest/api/token")) {
      return new NewToken();
    }
    if (asked.equals("GET " + roles) || (asked + "/").equals("GET " + roles)) {
      return new RoleName();
    }
    return asked.startsWith("GET " + roles)
        ? new RoleKey(request.path().substring(roles.length()))
        : new Other();
  }
}
