package dev.kmsagent.adapters.kms.credentials;

import com.google.gson.JsonObject;
import dev.kmsagent.adapters.kms.transport.StrictJson;
import dev.kmsagent.domain.NoSecret;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.time.Clocks;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/**
 * Issues signing keys: STS, the metadata service or a chain of such. It neither caches nor repeats:
 * {@link RefreshingCredentials} decides when to ask. One attempt is made at a time, but a cancelled
 * attempt may still be running when the next begins. Thread-safe.
 */
@FunctionalInterface
public interface KeyIssuer {
  /** Makes one attempt to be issued a key; blocks, within a time limit of its own. */
  Issue issue();

  /** Whether it can tell that the next attempt may fail. */
  default boolean isWatched() {
    return false;
  }

  /** Why the next attempt may fail, as far as it can tell; blocks for a moment. */
  default Optional<String> flaw() {
    return Optional.empty();
  }

  /** The outcome of an attempt. */
  sealed interface Issue {
    /** What one of the functions makes of the key, or of why there is none. */
    default <R> R fold(Function<Issued, R> ifIssued, Function<NoSecret, R> ifNotIssued) {
      return this instanceof Issued issued
          ? ifIssued.apply(issued)
          : ifNotIssued.apply(((NotIssued) this).reason());
    }

    /**
     * A key.
     *
     * @param end its true end; {@code Instant.MAX} for a key without end
     * @param owner whose it is, if its issuer says so
     */
    record Issued(SigningKey signingKey, Instant end, Optional<Principal> owner) implements Issue {
      /**
       * The key in an answer of STS or of the metadata service.
       *
       * @throws IllegalArgumentException when a part of it is missing; it quotes nothing
       * @throws DateTimeException when its end is none
       */
      static Issued read(JsonObject key, Optional<Principal> owner) {
        return new Issued(
            SigningKey.temporary(
                StrictJson.string(key, "AccessKeyId").orElse(""),
                StrictJson.string(key, "AccessKeySecret").orElse(""),
                StrictJson.string(key, "SecurityToken").orElse("")),
            Instant.parse(StrictJson.string(key, "Expiration").orElse("")),
            owner);
      }

      /** A little before the end of a key that was issued just now, by the agent's clock. */
      public Instant usableUntil(Clocks clocks) {
        return ExpiringKey.issued(clocks.agent().instant(), signingKey, clocks.toAgent(end))
            .usableUntil();
      }
    }

    /** No key; the reason has one sentence for people. */
    record NotIssued(NoSecret reason) implements Issue {}
  }
}
