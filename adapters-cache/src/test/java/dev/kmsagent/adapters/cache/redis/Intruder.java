package dev.kmsagent.adapters.cache.redis;

import static dev.kmsagent.testkit.Soon.assertSoon;

import dev.kmsagent.adapters.cache.seal.Slot;
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

  boolean finds(Slot slot) {
    return redis.command("HEXISTS", slot.hash(), slot.field()).equals("1");
  }

  String get(Slot slot) {
    return redis.command("HGET", slot.hash(), slot.field());
  }

  void put(Slot slot, String envelope) {
    redis.configure("HSET", slot.hash(), slot.field(), envelope);
  }

  /** What an agent puts there that it is told to, instead of what is there. */
  String await(Slot slot, Runnable order) {
    var before = get(slot);
    order.run();
    assertSoon(() -> !get(slot).equals(before));
    return get(slot);
  }
}
