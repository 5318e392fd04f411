package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.Partition;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.NamePrincipal;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Which entries this agent may see: those of the principal that it is, once that is confirmed. */
final class Partitions {
  private final NamePrincipal identity;
  private final KmsEndpoint gateway;
  private final List<SealingKey> sealingKeys;
  private final String prefix;
  private final AtomicReference<@Nullable PartitionKeys> last = new AtomicReference<>();

  Partitions(
      NamePrincipal identity, KmsEndpoint gateway, List<SealingKey> sealingKeys, String prefix) {
    this.identity = identity;
    this.gateway = gateway;
    this.sealingKeys = List.copyOf(sealingKeys);
    this.prefix = prefix;
  }

  /** Those of the principal as it is now; empty while it is not confirmed. */
  Optional<PartitionKeys> present() {
    return identity.principal().map(this::of);
  }

  /** Those of the principal as soon as it is known whether it is confirmed. */
  CompletionStage<Optional<PartitionKeys>> confirmed() {
    return identity.confirmed().thenApply(principal -> principal.map(this::of));
  }

  /** The same object for the same principal, whoever asks first. */
  private PartitionKeys of(Principal principal) {
    var known = last.get();
    return known != null && isOf(known, principal)
        ? known
        : Objects.requireNonNull(
            last.updateAndGet(
                other -> other != null && isOf(other, principal) ? other : keysOf(principal)));
  }

  private static boolean isOf(PartitionKeys keys, Principal principal) {
    return keys.partition().principal().equals(principal);
  }

  private PartitionKeys keysOf(Principal principal) {
    var partition = new Partition(principal, gateway.region(), gateway.endpoint());
    return new PartitionKeys(partition, sealingKeys, prefix);
  }
}
