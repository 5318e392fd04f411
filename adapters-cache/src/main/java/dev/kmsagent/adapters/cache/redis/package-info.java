/**
 * Redis behind the port {@code EntryStore}: clients of Jedis, scripts, and the probe of the check
 * command. It handles envelopes and names that disclose nothing.
 *
 * <p>It may depend on the domain, the records of the configuration, the packages shared and crypto,
 * Jedis and Commons Pool.
 */
@NullMarked
package dev.kmsagent.adapters.cache.redis;

import org.jspecify.annotations.NullMarked;
