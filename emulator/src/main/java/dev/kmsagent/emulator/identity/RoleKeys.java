package dev.kmsagent.emulator.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The key of an instance for a role: the same one until half an hour before its end, or until half
 * of a short lifetime. Safe for many threads.
 */
final class RoleKeys {
  private static final Duration LIFETIME = Duration.ofHours(6);
  private static final Duration MARGIN = Duration.ofMinutes(30);
  private static final String SESSION = "i-emulated";

  private final MintedKeys minted;
  private final InstantSource clock;
  private final Map<String, MintedKey> current = new HashMap<>();

  RoleKeys(Identities identities) {
    this.minted = identities.minted();
    this.clock = identities.time();
  }

  synchronized MintedKey current(String role) {
    MintedKey key =
        Optional.ofNullable(current.get(role))
            .filter(known -> minted.find(known.accessKeyId()).isPresent())
            .filter(this::isYoung)
            .orElseGet(() -> minted.mint(role, SESSION, LIFETIME));
    current.put(role, key);
    return key;
  }

  private boolean isYoung(MintedKey key) {
    Duration half = Duration.between(key.minted(), key.expires()).dividedBy(2);
    Instant renewal = key.expires().minus(half.compareTo(MARGIN) < 0 ? half : MARGIN);
    return clock.instant().isBefore(renewal);
  }
}
