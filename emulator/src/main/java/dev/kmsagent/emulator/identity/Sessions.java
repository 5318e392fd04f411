package dev.kmsagent.emulator.identity;

import com.google.gson.JsonObject;
import dev.kmsagent.emulator.protocol.Result;

/** Opens sessions of roles. */
final class Sessions {
  private final Roles roles;
  private final MintedKeys minted;

  Sessions(Roles roles, MintedKeys minted) {
    this.roles = roles;
    this.minted = minted;
  }

  /** The role that is asked for. */
  Result<Role> role(SessionRequest request) {
    return roles
        .findByArn(request.roleArn())
        .<Result<Role>>map(Result.Done::new)
        .orElseGet(() -> new Result.Refused<>(StsErrors.unknownRole()));
  }

  /** The answer that hands out a key for a session. */
  Result<JsonObject> open(SessionRequest request, Role role) {
    if (request.duration().compareTo(role.maxSession()) > 0) {
      return new Result.Refused<>(StsErrors.duration());
    }
    MintedKey key =
        minted.mint(role.name(), request.sessionName(), request.duration(), request.readable());
    var json = new JsonObject();
    json.add("AssumedRoleUser", user(request, role));
    json.add("Credentials", key.credentials());
    return new Result.Done<>(json);
  }

  private JsonObject user(SessionRequest request, Role role) {
    var json = new JsonObject();
    json.addProperty("Arn", roles.sessionArn(role.name(), request.sessionName()));
    json.addProperty("AssumedRoleId", roles.id(role.name()) + ":" + request.sessionName());
    return json;
  }
}
