package dev.kmsagent.adapters.cache.crypto;

import dev.kmsagent.domain.Principal;

/** The owner of entries: what one principal read from one endpoint is not another's to read. */
public record Partition(Principal principal, KmsEndpoint kms) {
  /**
   * Where secrets are read.
   *
   * @param region may be empty
   * @param authority host and port
   */
  public record KmsEndpoint(String region, String authority) {}
}
