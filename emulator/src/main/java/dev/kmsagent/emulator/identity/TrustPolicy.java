package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.protocol.Wildcard;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which OIDC tokens may assume a role: the conditions on issuer, audience and subject in a role's
 * trust policy. Patterns may hold {@code *} and {@code ?}.
 */
public record TrustPolicy(Wildcard issuer, Wildcard audience, List<Wildcard> subjects) {
  public TrustPolicy {
    subjects = List.copyOf(subjects);
  }

  /** Every token of the account's OIDC provider. */
  public static TrustPolicy everybody() {
    return new TrustPolicy(Wildcard.ANY, Wildcard.ANY, List.of(Wildcard.ANY));
  }

  /** Only tokens of this issuer. */
  public TrustPolicy issuer(String pattern) {
    return new TrustPolicy(new Wildcard(pattern), audience, subjects);
  }

  /** Only tokens for this audience. */
  public TrustPolicy audience(String pattern) {
    return new TrustPolicy(issuer, new Wildcard(pattern), subjects);
  }

  /** Only these subjects, e.g. {@code system:serviceaccount:NAMESPACE:NAME}. */
  public TrustPolicy subjects(String... patterns) {
    return new TrustPolicy(issuer, audience, Stream.of(patterns).map(Wildcard::new).toList());
  }

  boolean covers(Claims claims) {
    return issuer.matches(claims.issuer())
        && claims.audiences().stream().anyMatch(audience::matches)
        && subjects.stream().anyMatch(subject -> subject.matches(claims.subject()));
  }
}
