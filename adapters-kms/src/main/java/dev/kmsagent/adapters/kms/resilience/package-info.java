/**
 * Decorators of {@code SecretSource} and {@link KmsCalls}, each with one task. From the outside in:
 * circuit breaker and bulkhead, which see a fetch as one; retry; deadline of each attempt, so that
 * all of these have their permissions back by then; signing, which repeats a call whose key KMS
 * refused; rate limit and report, which count every call.
 *
 * <p>Depends on the domain, the credentials, the records of the configuration and Resilience4j;
 * knows nothing of the SDK.
 */
@NullMarked
package dev.kmsagent.adapters.kms.resilience;

import org.jspecify.annotations.NullMarked;
