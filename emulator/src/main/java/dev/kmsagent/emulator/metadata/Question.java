package dev.kmsagent.emulator.metadata;

import dev.kmsagent.emulator.http.HttpRequest;

/** What a request asks of the metadata. */
sealed interface Question {
  /** The name under which calls are counted and faults strike. */
  String action();

  /** A token for the guarded mode. */
  record NewToken() implements Question {
    @Override
    public String action() {
      return "PutToken";
    }
  }

  /** Which role the instance has. */
  record RoleName() implements Question {
    @Override
    public String action() {
      return "GetRoleName";
    }
  }

  /** The key of a role. */
  record RoleKey(String role) implements Question {
    @Override
    public String action() {
      return "GetCredentials";
    }
  }

  /** Anything else. */
  record Other() implements Question {
    @Override
    public String action() {
      return "Other";
    }
  }

  static Question of(HttpRequest request) {
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
