package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.protocol.Wildcard;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which OIDC tokens may assume a role: the condition on the subject in a role's trust policy.
 * Patterns may hold {@code *} and {@code ?}.
 */
public record TrustPolicy(List<Wildcard> subjects) {
  public TrustPolicy {
    subjects = List.copyOf(subjects);
  }

  /** Every token of the account's OIDC provider. */
  public static TrustPolicy everybody() {
    return new TrustPolicy(List.of(Wildcard.ANY));
  }

  /** Only these subjects, e.g. {@code system:serviceaccount:NAMESPACE:NAME}. */
  public TrustPolicy subjects(String... patterns) {
    return new TrustPolicy(Stream.of(patterns).map(Wildcard::new).toList());
  }

  boolean covers(Claims claims) {
    return subjects.stream().anyMatch(subject -> subject.matches(claims.subject()));
  }
}
