package dev.kmsagent.domain;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A Kubernetes service account, as the claim {@code sub} of its tokens names it.
 *
 * @param namespace a DNS label (RFC 1123)
 * @param serviceAccount a DNS subdomain (RFC 1123)
 */
public record Subject(String namespace, String serviceAccount) {
  private static final Pattern CLAIM =
      Pattern.compile(
          "system:serviceaccount:([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)"
              + ":([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)");

  /** Reads the claim; empty if it names no service account. */
  public static Optional<Subject> of(String claim) {
    var parts = CLAIM.matcher(claim);
    return parts.matches()
        ? Optional.of(new Subject(parts.group(1), parts.group(2)))
        : Optional.empty();
  }

  /** The claim. */
  @Override
  public String toString() {
    return "system:serviceaccount:" + namespace + ':' + serviceAccount;
  }
}
