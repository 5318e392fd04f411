package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.protocol.Wildcard;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The key that an instance is shown for a role: the same one until half an hour before its end, or,
 * of a short life, until its half. Safe for many threads.
 */
final class RoleKeys {
  private static final Duration LIFE = Duration.ofHours(6);
  private static final Duration MARGIN = Duration.ofMinutes(30);
  private static final String SESSION = "i-emulated";

  private final MintedKeys minted;
  private final InstantSource clock;
  private final Map<String, MintedKey> shown = new HashMap<>();

  RoleKeys(MintedKeys minted, InstantSource clock) {
    this.minted = minted;
    this.clock = clock;
  }

  synchronized MintedKey show(String role) {
    MintedKey key =
        Optional.ofNullable(shown.get(role))
            .filter(known -> minted.find(known.accessKeyId()).isPresent())
            .filter(this::young)
            .orElseGet(() -> minted.mint(role, SESSION, LIFE, List.of(Wildcard.ANY)));
    shown.put(role, key);
    return key;
  }

  private boolean young(MintedKey key) {
    Duration half = Duration.between(key.minted(), key.expires()).dividedBy(2);
    Instant renewal = key.expires().minus(half.compareTo(MARGIN) < 0 ? half : MARGIN);
    return clock.instant().isBefore(renewal);
  }
}
