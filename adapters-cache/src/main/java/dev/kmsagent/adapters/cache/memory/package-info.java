/**
 * Where read secrets are kept: {@code SecretCache} over Caffeine, in the agent's own memory.
 *
 * <p>It may depend on the domain and on Caffeine, and on no other adapter.
 */
@NullMarked
package dev.kmsagent.adapters.cache.memory;

import org.jspecify.annotations.NullMarked;
