package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.adapters.cache.crypto.Envelope;
import java.util.Optional;

/** What tests do to a store behind the backs of the agents. */
public interface TestStore {
  /** Loses everything. */
  void clear();

  /** Puts something in a place as no agent does. */
  void overwrite(EntryKey key, Envelope anything);

  /** What is in a place, whatever it is. */
  Optional<Envelope> stored(EntryKey key);

  /** Whether nothing is there at all. */
  boolean isEmpty();
}
