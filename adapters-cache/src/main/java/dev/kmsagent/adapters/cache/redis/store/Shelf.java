package dev.kmsagent.adapters.cache.redis.store;

import dev.kmsagent.adapters.cache.seal.Envelope;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a store gave for a place: the entry, and the word that the secret was refused. */
public final class Shelf {
  private final @Nullable Envelope entry;
  private final @Nullable Envelope gone;

  public Shelf(@Nullable Envelope entry, @Nullable Envelope gone) {
    this.entry = entry;
    this.gone = gone;
  }

  public Optional<Envelope> entry() {
    return Optional.ofNullable(entry);
  }

  public Optional<Envelope> gone() {
    return Optional.ofNullable(gone);
  }
}
