package dev.kmsagent.emulator.identity;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The key of an instance for a role: the same one for half of its life. Safe for many threads. */
final class RoleKeys {
  private static final Duration LIFETIME = Duration.ofHours(6);
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
    Duration life = Duration.between(key.minted(), key.expires());
    return clock.instant().isBefore(key.expires().minus(life.dividedBy(2)));
  }
}
