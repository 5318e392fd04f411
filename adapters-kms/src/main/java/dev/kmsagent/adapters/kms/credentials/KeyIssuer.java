package dev.kmsagent.adapters.kms.credentials;

import dev.kmsagent.domain.NoSecret;
import java.time.Instant;

/**
 * Who issues keys: STS, the metadata service, a chain of such. It repeats nothing by itself: {@link
 * RefreshingCredentials} says when to ask. Thread-safe, although one attempt is made at a time: one
 * that was broken off can outlast that.
 */
@FunctionalInterface
public interface KeyIssuer {
  /** One attempt to be issued a key. It waits, within a bound of its own. */
  Issue issue();

  /** What came of an attempt. */
  sealed interface Issue {
    /**
     * A key.
     *
     * @param end its true end; {@code Instant.MAX}: lasting
     * @param owner as whom it lets call
     */
    record Issued(SigningKey signingKey, Instant end, KeyOwner owner) implements Issue {}

    /** No key; the reason has one sentence for people. */
    record NotIssued(NoSecret reason) implements Issue {}
  }
}
