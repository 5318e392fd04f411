/**
 * The store behind the shared cache: what is asked of it, and how Redis is reached for that. It
 * sees envelopes and names that disclose nothing.
 *
 * <p>It may depend on the domain, the seal, Jedis, Commons Pool and Resilience4j.
 */
@NullMarked
package dev.kmsagent.adapters.cache.redis;

import org.jspecify.annotations.NullMarked;
