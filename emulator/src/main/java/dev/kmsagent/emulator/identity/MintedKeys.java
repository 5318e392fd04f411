package dev.kmsagent.emulator.identity;

import dev.kmsagent.emulator.protocol.AccessKey;
import dev.kmsagent.emulator.protocol.AccessKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Mints temporary keys, which KMS then accepts, and holds those that were not revoked, also expired
 * ones. Safe for many threads.
 */
public final class MintedKeys {
  private final AccessKeys keys;
  private final InstantSource clock;
  private final Map<String, MintedKey> byId = new LinkedHashMap<>();
  private @Nullable Duration lifetime;

  /** Adds the keys that it mints to {@code keys}. */
  public MintedKeys(AccessKeys keys, InstantSource clock) {
    this.keys = keys;
    this.clock = clock;
  }

  /**
   * Sets the lifetime of all keys to come, also below the cloud's least of 900 s; {@code null} for
   * what is asked for.
   */
  public synchronized void lifetime(@Nullable Duration span) {
    lifetime = span;
  }

  /** Mints a key for a session of a role, with the requested lifetime in whole seconds. */
  public synchronized MintedKey mint(String roleName, String sessionName, Duration asked) {
    Instant now = clock.instant();
    Duration span = lifetime == null ? asked : lifetime;
    Instant end = now.plus(span).truncatedTo(ChronoUnit.SECONDS);
    AccessKey key = AccessKey.temporary("STS." + text(1), text(2), "CAIS" + text(8), end);
    var minted = new MintedKey(key, roleName, sessionName, now);
    byId.put(key.id(), minted);
    keys.add(key);
    return minted;
  }

  /** The keys that were minted and not revoked, oldest first. */
  public synchronized List<MintedKey> all() {
    return List.copyOf(byId.values());
  }

  /** The minted key with this id. */
  public synchronized Optional<MintedKey> find(String accessKeyId) {
    return Optional.ofNullable(byId.get(accessKeyId));
  }

  /** Revokes a minted key; a key that was not minted stays. */
  public synchronized void revoke(String accessKeyId) {
    if (byId.remove(accessKeyId) != null) {
      keys.remove(accessKeyId);
    }
  }

  /** Revokes every minted key. */
  public synchronized void revokeAll() {
    all().forEach(minted -> revoke(minted.accessKeyId()));
  }

  private String text(int parts) {
    var text = new StringBuilder();
    for (int i = 0; i < parts; i++) {
      text.append(UUID.randomUUID().toString().replace("-", ""));
    }
    return text.toString();
  }
}
