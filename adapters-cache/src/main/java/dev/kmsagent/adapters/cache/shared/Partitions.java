package dev.kmsagent.adapters.cache.shared;

import dev.kmsagent.adapters.cache.crypto.EntryCodec;
import dev.kmsagent.adapters.cache.crypto.KmsEndpoint;
import dev.kmsagent.adapters.cache.crypto.SealingKey;
import dev.kmsagent.domain.Principal;
import dev.kmsagent.domain.port.out.NamePrincipal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The partitions of the shared cache: agents share entries if they have the same principal, KMS
 * endpoint, encryption key and prefix. This agent sees the partition of its own principal, once
 * that is confirmed. Thread-safe.
 */
public final class Partitions {
  private final NamePrincipal identity;
  private final KmsEndpoint endpoint;
  private final List<SealingKey> sealingKeys;
  private final String prefix;
  private final InstantSource clock;
  private volatile @Nullable PartitionKeys last;

  /**
   * @param sealingKeys the first seals, any opens
   * @param prefix of all names in the store
   * @param clock the agent's
   */
  public Partitions(
      NamePrincipal identity,
      KmsEndpoint endpoint,
      List<SealingKey> sealingKeys,
      String prefix,
      InstantSource clock) {
    this.identity = identity;
    this.endpoint = endpoint;
    this.sealingKeys = List.copyOf(sealingKeys);
    this.prefix = prefix;
    this.clock = clock;
  }

  /** The partition of the principal as it is now; empty while it is not confirmed. */
  Optional<PartitionKeys> present() {
    return identity.principal().map(this::of);
  }

  /**
   * The partition of the principal that has called KMS since {@code calledAt}; empty also if it has
   * changed since: nobody knows then as whom KMS was called.
   */
  Optional<PartitionKeys> presentSince(Instant calledAt) {
    return present().filter(keys -> !keys.since.isAfter(calledAt));
  }

  /** The partition of the principal, as soon as it is known whether it is confirmed. */
  CompletionStage<Optional<PartitionKeys>> confirmed() {
    return identity.confirmed().thenApply(principal -> principal.map(this::of));
  }

  /** Gives the same object for the same principal, in whichever thread. */
  private PartitionKeys of(Principal principal) {
    var known = last;
    return known != null && known.principal.equals(principal) ? known : renew(principal);
  }

  private synchronized PartitionKeys renew(Principal principal) {
    var known = last;
    if (known != null && known.principal.equals(principal)) {
      return known;
    }
    var since = known == null ? Instant.MIN : clock.instant();
    var codecs =
        sealingKeys.stream().map(key -> new EntryCodec(key, principal, endpoint, prefix)).toList();
    var renewed = new PartitionKeys(principal, since, codecs);
    last = renewed;
    return renewed;
  }

  /**
   * The entries of one principal under every encryption key: the first key seals, any opens.
   *
   * @param since when this agent saw it instead of another one; {@link Instant#MIN} for the first
   */
  record PartitionKeys(Principal principal, Instant since, List<EntryCodec> all) {
    PartitionKeys {
      all = List.copyOf(all);
    }

    EntryCodec first() {
      return all.getFirst();
    }
  }
}
