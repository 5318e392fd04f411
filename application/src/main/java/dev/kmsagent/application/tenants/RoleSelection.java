package dev.kmsagent.application.tenants;

import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Subject;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which role a pod reads with: the one that it names, else the one that the configuration derives
 * from its service account.
 *
 * @param template an ARN that may hold {@code {namespace}} and {@code {serviceAccount}}
 * @param accounts the ids of the accounts whose roles are allowed; a role's name alone is one of
 *     the first
 */
public record RoleSelection(Optional<String> template, List<String> accounts) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern ARN =
      Pattern.compile("acs:ram::([0-9]{1,32}):role/(" + NAME.pattern() + ")");

  public RoleSelection {
    accounts = List.copyOf(accounts);
  }

  /** The role; empty where there is none, or it is of another account. */
  public Optional<Principal> select(Subject subject, Optional<String> asked) {
    return asked.or(() -> template.map(it -> fill(it, subject))).flatMap(this::named);
  }

  /** A subject holds no braces, so that nothing is filled in twice. */
  private static String fill(String template, Subject subject) {
    return template
        .replace("{namespace}", subject.namespace())
        .replace("{serviceAccount}", subject.serviceAccount());
  }

  private Optional<Principal> named(String role) {
    var arn =
        NAME.matcher(role).matches() ? "acs:ram::" + accounts.getFirst() + ":role/" + role : role;
    return Optional.of(ARN.matcher(arn))
        .filter(parts -> parts.matches() && accounts.contains(parts.group(1)))
        .map(_ -> new Principal(arn));
  }
}
