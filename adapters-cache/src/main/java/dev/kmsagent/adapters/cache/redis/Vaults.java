package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.seal.Partition;
import dev.kmsagent.adapters.cache.seal.SealingKey;
import dev.kmsagent.adapters.cache.seal.Vault;
import java.util.List;

/**
 * The places of one partition under every key: new entries are sealed with the first. Made once for
 * a principal, so that two of them are equal if they are the same.
 */
final class Vaults {
  private final Partition partition;
  private final List<Vault> all;

  Vaults(Partition partition, List<SealingKey> sealingKeys, String prefix) {
    this.partition = partition;
    this.all =
        sealingKeys.stream().map(sealingKey -> new Vault(sealingKey, partition, prefix)).toList();
  }

  Partition partition() {
    return partition;
  }

  List<Vault> all() {
    return all;
  }

  Vault first() {
    return all.getFirst();
  }
}
