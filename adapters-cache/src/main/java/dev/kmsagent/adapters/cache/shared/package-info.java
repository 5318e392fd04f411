/**
 * The cache that agents share through Redis: a copy in the process, what the others have, and who
 * of them reads a secret from KMS.
 *
 * <p>It may depend on the domain, the seal, the store and Caffeine.
 */
@NullMarked
package dev.kmsagent.adapters.cache.shared;

import org.jspecify.annotations.NullMarked;
