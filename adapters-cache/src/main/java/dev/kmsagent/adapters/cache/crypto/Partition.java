package dev.kmsagent.adapters.cache.crypto;

import dev.kmsagent.domain.Principal;

/**
 * Whose entries: what one principal read from one gateway says nothing of what another may read.
 *
 * @param region may be empty
 * @param endpoint host and port of KMS
 */
public record Partition(Principal principal, String region, String endpoint) {}
