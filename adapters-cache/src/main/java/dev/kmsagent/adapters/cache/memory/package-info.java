/**
 * The cache in the memory of the process: {@code SecretCache} over Caffeine.
 *
 * <p>It may depend on the domain and on Caffeine.
 */
@NullMarked
package dev.kmsagent.adapters.cache.memory;

import org.jspecify.annotations.NullMarked;
