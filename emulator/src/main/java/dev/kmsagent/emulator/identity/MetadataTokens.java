package dev.kmsagent.emulator.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The tokens that guard the metadata (v2); safe for many threads. */
final class MetadataTokens {
  private final InstantSource clock;
  private final Map<String, Instant> ends = new ConcurrentHashMap<>();

  MetadataTokens(InstantSource clock) {
    this.clock = clock;
  }

  String issue(Duration lifetime) {
    String text = UUID.randomUUID().toString().replace("-", "") + "==";
    Instant now = clock.instant();
    ends.values().removeIf(end -> !now.isBefore(end));
    ends.put(text, now.plus(lifetime));
    return text;
  }

  boolean isValid(String text) {
    return clock.instant().isBefore(ends.getOrDefault(text, Instant.MIN));
  }
}
