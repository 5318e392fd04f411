package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.Envelope;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a store gave for a place: the entry, and the word that the secret was refused. */
public final class StoredEntries {
  private final @Nullable Envelope entry;
  private final @Nullable Envelope gone;

  public StoredEntries(@Nullable Envelope entry, @Nullable Envelope gone) {
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
