package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.seal.Partition;
import dev.kmsagent.adapters.cache.seal.SealingKey;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.NamePrincipal;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Which entries this agent may see: those of the principal that it is, once that is confirmed. */
final class Partitions {
  private final NamePrincipal identity;
  private final Gateway gateway;
  private final List<SealingKey> sealingKeys;
  private final String prefix;
  private volatile @Nullable Vaults last;

  Partitions(NamePrincipal identity, Gateway gateway, List<SealingKey> sealingKeys, String prefix) {
    this.identity = identity;
    this.gateway = gateway;
    this.sealingKeys = List.copyOf(sealingKeys);
    this.prefix = prefix;
  }

  /** Those of the principal as it is now; empty while it is not confirmed. */
  Optional<Vaults> present() {
    return identity.principal().map(this::of);
  }

  /** Those of the principal as soon as it is known whether it is confirmed. */
  CompletionStage<Optional<Vaults>> confirmed() {
    return identity.confirmed().thenApply(principal -> principal.map(this::of));
  }

  /** The same object for the same principal. */
  private Vaults of(Principal principal) {
    var known = last;
    if (known != null && known.partition().principal().equals(principal)) {
      return known;
    }
    var partition = new Partition(principal, gateway.region(), gateway.endpoint());
    var made = new Vaults(partition, sealingKeys, prefix);
    last = made;
    return made;
  }
}
