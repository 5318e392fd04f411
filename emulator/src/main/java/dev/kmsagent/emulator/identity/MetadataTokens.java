package dev.kmsagent.emulator.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The tokens of the guarded mode; safe for many threads. */
final class MetadataTokens {
  private final InstantSource clock;
  private final Supplier<String> chance;
  private final Map<String, Instant> ends = new ConcurrentHashMap<>();

  MetadataTokens(InstantSource clock, Supplier<String> chance) {
    this.clock = clock;
    this.chance = chance;
  }

  String issue(Duration life) {
    String text = chance.get().replace("-", "") + "==";
    Instant now = clock.instant();
    ends.values().removeIf(end -> !now.isBefore(end));
    ends.put(text, now.plus(life));
    return text;
  }

  boolean valid(String text) {
    return clock.instant().isBefore(ends.getOrDefault(text, Instant.MIN));
  }
}
