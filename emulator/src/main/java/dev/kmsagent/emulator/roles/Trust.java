package dev.kmsagent.emulator.roles;

import dev.kmsagent.emulator.protocol.Wildcard;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which platform identities may assume a role: the conditions on issuer, audience and subject in a
 * role's trust policy. Patterns may hold {@code *} and {@code ?}.
 */
public record Trust(Wildcard issuer, Wildcard audience, List<Wildcard> subjects) {

  public Trust {
    subjects = List.copyOf(subjects);
  }

  /** Everybody whom the account's OIDC provider knows. */
  public static Trust everybody() {
    return new Trust(Wildcard.ANY, Wildcard.ANY, List.of(Wildcard.ANY));
  }

  /** Only tokens of this issuer. */
  public Trust issuer(String pattern) {
    return new Trust(new Wildcard(pattern), audience, subjects);
  }

  /** Only tokens for this audience. */
  public Trust audience(String pattern) {
    return new Trust(issuer, new Wildcard(pattern), subjects);
  }

  /** Only these subjects, e.g. {@code system:serviceaccount:NAMESPACE:NAME}. */
  public Trust subjects(String... patterns) {
    return new Trust(issuer, audience, Stream.of(patterns).map(Wildcard::new).toList());
  }

  /** Whether a token that says so is trusted. */
  public boolean covers(String itsIssuer, List<String> itsAudiences, String itsSubject) {
    return issuer.matches(itsIssuer)
        && itsAudiences.stream().anyMatch(audience::matches)
        && subjects.stream().anyMatch(subject -> subject.matches(itsSubject));
  }
}
