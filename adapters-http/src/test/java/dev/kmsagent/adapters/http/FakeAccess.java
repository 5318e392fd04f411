package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.Subject;
import dev.kmsagent.domain.VerifiedPod;
import dev.kmsagent.domain.port.in.AdmitCaller.CallerAccess;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What a pod may read by its token, until the test ends it.
 *
 * @param expiry of the token, which counts for a minute longer
 */
record FakeAccess(
    String token, Subject subject, RetrieveSecret all, BooleanSupplier isEnded, Instant expiry)
    implements CallerAccess {
  static final Principal ROLE = new Principal("acs:ram::1:role/r");

  @Override
  public Optional<RetrieveSecret> secrets() {
    return isEnded.getAsBoolean() ? Optional.empty() : Optional.of(all);
  }

  @Override
  public Principal role() {
    return ROLE;
  }

  @Override
  public VerifiedPod identity() {
    return new VerifiedPod(
        new ConfidentialText(token), subject, "pod", expiry, expiry.plusSeconds(60));
  }
}
