package dev.kmsagent.adapters.cache.shared;

import static dev.kmsagent.testkit.Patience.assertSoon;

import dev.kmsagent.adapters.cache.crypto.EntryKey;
import dev.kmsagent.testkit.redis.RedisProcess;
import java.time.Duration;
import java.util.List;

/** Somebody who got at Redis: sees and changes what lies there, each byte as a character. */
final class Intruder {
  private final RedisProcess redis;

  Intruder(RedisProcess redis) {
    this.redis = redis;
  }

  /** The names of all that lies there. */
  List<String> names() {
    return redis.command("KEYS", "*").lines().sorted().toList();
  }

  /** How long it has left to live; negative if it lives for ever. */
  Duration life(String name) {
    return Duration.ofMillis(Long.parseLong(redis.command("PTTL", name)));
  }

  List<String> fields(String hash) {
    return redis.command("HKEYS", hash).lines().sorted().toList();
  }

  String get(EntryKey key) {
    return redis.command("HGET", key.hash(), key.field());
  }

  void put(EntryKey key, String envelope) {
    redis.configure("HSET", key.hash(), key.field(), envelope);
  }

  /** What an agent puts there that it is told to, instead of what is there. */
  String await(EntryKey key, Runnable order) {
    var before = get(key);
    order.run();
    assertSoon(() -> !get(key).equals(before));
    return get(key);
  }
}
