package dev.kmsagent.adapters.cache.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.HashSet;
import java.util.Set;

/**
 * Counts what one answer to {@code CLUSTER SLOTS} holds: a list of ranges, each a list of its first
 * and last slot and of nodes. Jedis makes an object for each slot, and a pool for each node. Not
 * thread-safe.
 */
final class ClusterSlots {
  static final int SLOTS = 16_384;

  /** Primaries and replicas. */
  static final int MOST_NODES = 256;

  private final Set<String> nodes = new HashSet<>();

  /** As it comes: no two nodes have the same bytes. */
  private ByteArrayOutputStream node = new ByteArrayOutputStream();

  private long first = -1;
  private long slots;

  void beginRange() {
    first = -1;
  }

  /** Whether this may be the next slot of the range: its first, or its last. */
  boolean accepts(long slot) {
    if (first < 0) {
      first = slot;
    } else {
      slots += slot - first + 1;
    }
    return slot >= 0 && slot >= first && slot < SLOTS && slots <= SLOTS;
  }

  void receiveNode(byte[] buffer, int offset, int count) {
    node.write(buffer, offset, count);
  }

  /** Whether there may be the node that was received, too; it may have several ranges. */
  boolean acceptsNode() {
    nodes.add(node.toString(ISO_8859_1));
    node = new ByteArrayOutputStream();
    return nodes.size() <= MOST_NODES;
  }

  /** Forgets the answer. */
  void clear() {
    nodes.clear();
    slots = 0;
  }
}
