package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.adapters.kms.transport.Json;
import dev.kmsagent.domain.Principal;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads which role STS opened a session of. */
final class AssumedRole {
  /**
   * The documented form of {@code AssumedRoleUser.Arn}, and the one that STS has for sessions
   * elsewhere. No name has a slash in it.
   */
  private static final Pattern SESSION =
      Pattern.compile("acs:(?:ram|sts)::(\\d+):(?:assumed-)?role/([\\w.-]{1,64})(?:/[^/]+)?");

  private AssumedRole() {}

  /** The role by its ARN, without the session's name: whoever assumes it is the same principal. */
  static KeyOwner in(byte[] answer) {
    return Json.object(answer)
        .flatMap(granted -> Json.object(granted, "AssumedRoleUser"))
        .flatMap(user -> Json.string(user, "Arn"))
        .map(SESSION::matcher)
        .filter(Matcher::matches)
        .<KeyOwner>map(session -> new KeyOwner.Named(role(session)))
        .orElseGet(KeyOwner.Unnamed::new);
  }

  private static Principal role(MatchResult session) {
    return new Principal("acs:ram::" + session.group(1) + ":role/" + session.group(2));
  }
}
