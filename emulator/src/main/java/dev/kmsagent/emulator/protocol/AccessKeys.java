package dev.kmsagent.emulator.protocol;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The access keys of an account; safe for many threads. */
public final class AccessKeys {
  private final Map<String, AccessKey> byId = new ConcurrentHashMap<>();

  /** Adds a key, in place of one with the same id. */
  public void add(AccessKey key) {
    byId.put(key.id(), key);
  }

  /** Makes these the only keys. */
  public void set(List<AccessKey> all) {
    all.forEach(this::add);
    byId.values().retainAll(all);
  }

  /** Removes a key. */
  public void remove(String id) {
    byId.remove(id);
  }

  /** The key with this id. */
  public Optional<AccessKey> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }
}
