package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.protocol.Wildcard;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A RAM role: its trust policy, its longest session, and the secrets that it may read. */
public record Role(String name, TrustPolicy trust, Duration maxSession, List<Wildcard> readable) {
  private static final Duration USUAL_SESSION = Duration.ofHours(1);

  public Role {
    readable = List.copyOf(readable);
  }

  /**
   * A role that every token of the provider may assume, for an hour at most, to read every secret.
   */
  public static Role named(String name) {
    return new Role(name, TrustPolicy.everybody(), USUAL_SESSION, List.of(Wildcard.ANY));
  }

  /** The same role with another trust policy. */
  public Role trusting(TrustPolicy other) {
    return new Role(name, other, maxSession, readable);
  }

  /** The same role with another longest session. */
  public Role maxSession(Duration longest) {
    return new Role(name, trust, longest, readable);
  }

  /** The same role, which may read only secrets whose names match one of these patterns. */
  public Role reading(String... patterns) {
    return new Role(name, trust, maxSession, Stream.of(patterns).map(Wildcard::new).toList());
  }

  boolean mayRead(String secretName) {
    return readable.stream().anyMatch(pattern -> pattern.matches(secretName));
  }
}
