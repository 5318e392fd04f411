/**
 * What agents that share a cache owe each other: copies in each process, coherence of the copies,
 * leases of secrets to read, revocations, high-water marks, and a circuit breaker and reports for
 * exchanges with the store. It knows no store, only the ports {@code EntryStore} and {@code
 * ChangeFeed}, and holds no lock across an exchange with them.
 *
 * <p>It may depend on the domain, the package crypto, Caffeine and Resilience4j.
 */
@NullMarked
package dev.kmsagent.adapters.cache.shared;

import org.jspecify.annotations.NullMarked;
