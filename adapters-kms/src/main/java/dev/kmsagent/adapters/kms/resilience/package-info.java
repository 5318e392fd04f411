/**
 * Decorators of {@code SecretSource}, each one behaviour: retry, circuit breaker, bulkhead, rate
 * limit, deadline, report. Depends on the domain and Resilience4j; knows nothing of the SDK.
 *
 * <p>From the outside in they belong in this order: breaker and bulkhead, which see a fetch as one;
 * retry; deadline, so that all of these have their permissions back by then, whatever hangs;
 * renewal of credentials; rate limit and report, which count every call.
 */
@NullMarked
package dev.kmsagent.adapters.kms.resilience;

import org.jspecify.annotations.NullMarked;
