package dev.kmsagent.bootstrap.check;

import dev.kmsagent.adapters.kms.credentials.OidcToken;
import dev.kmsagent.adapters.kms.credentials.OidcToken.Claims;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;

/** Whether STS accepts the pod's OIDC token for a role (RRSA). */
final class OidcTokenCheck {
  private static final String SUBJECT = "OIDC token";

  private final Report report;
  private final InstantSource clock;

  OidcTokenCheck(Report report, InstantSource clock) {
    this.report = report;
    this.clock = clock;
  }

  /** Checks the token in {@code file}. */
  void check(Path file) {
    switch (OidcToken.in(file)) {
      case OidcToken.Unreadable(var reason) -> report.add(Finding.problem(SUBJECT, reason));
      case Claims claims -> report.add(judge(claims, clock.instant()));
    }
  }

  private static Finding judge(Claims claims, Instant now) {
    if (!claims.audiences().contains(OidcToken.STS_AUDIENCE)) {
      return Finding.problem(
          SUBJECT,
          "It is for %s, and STS takes tokens for %s: set the audience of the pod's projected"
                  .formatted(claims.audiences(), OidcToken.STS_AUDIENCE)
              + " token.");
    }
    if (!claims.expires().isAfter(now)) {
      return Finding.problem(
          SUBJECT,
          "It ended at %s: the platform replaces it in time, so is this an old copy?"
              .formatted(claims.expires()));
    }
    return Finding.ok(SUBJECT, "It is of " + claims.subject() + ", issued by " + claims.issuer());
  }
}
