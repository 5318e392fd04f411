package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.Partition;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import java.util.List;

/**
 * The places of one partition under every key: new entries are sealed with the first. Made once for
 * a principal, so that two of them are equal if they are the same.
 */
final class PartitionKeys {
  private final Partition partition;
  private final List<EntryCodec> all;

  PartitionKeys(Partition partition, List<SealingKey> sealingKeys, String prefix) {
    this.partition = partition;
    this.all =
        sealingKeys.stream()
            .map(sealingKey -> new EntryCodec(sealingKey, partition, prefix))
            .toList();
  }

  Partition partition() {
    return partition;
  }

  List<EntryCodec> all() {
    return all;
  }

  EntryCodec first() {
    return all.getFirst();
  }
}
