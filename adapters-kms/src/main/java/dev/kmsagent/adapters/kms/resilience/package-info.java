/**
 * Decorators of {@code SecretSource} and {@link KmsCalls}, each with one task, which {@link
 * ProtectedCalls} puts together. From the outside in: circuit breaker, which sees a fetch as one;
 * retry; signing, which repeats a call whose key KMS refused; bulkhead, which a call waits for
 * without a token of the rate limit; rate limit; time limit and report of each call.
 *
 * <p>Depends on the domain, the credentials, the records of the configuration and Resilience4j;
 * knows nothing of the SDK.
 */
@NullMarked
package dev.kmsagent.adapters.kms.resilience;

import org.jspecify.annotations.NullMarked;
