/**
 * Decorators of {@code SecretSource}, each one behaviour: retry, circuit breaker, bulkhead, rate
 * limit, deadline, report. Depends on the domain and Resilience4j; knows nothing of the SDK.
 */
@NullMarked
package dev.kmsagent.adapters.kms.resilience;

import org.jspecify.annotations.NullMarked;
