/**
 * What agents that share a cache owe each other: copies in each process, coherence of the copies,
 * leases of secrets to read, revocations, high-water marks, and a circuit breaker for exchanges
 * with the store. It knows no store, only the port {@code EntryStore}, and holds no lock across an
 * exchange with it.
 *
 * <p>The rules are in {@code docs/internals/shared-cache-rules.md}; {@code SharedSecretCache}
 * explains how the classes keep them.
 *
 * <p>It may depend on the domain, the package crypto and Caffeine.
 */
@NullMarked
package dev.kmsagent.adapters.cache.shared;

import org.jspecify.annotations.NullMarked;
