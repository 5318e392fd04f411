/**
 * Metrics, health, log and audit trail, derived from the events published through {@code
 * AgentEvents}.
 *
 * <p>It may depend on the domain, the Prometheus client library and SLF4J, and on no other adapter.
 */
@NullMarked
package dev.kmsagent.adapters.telemetry;

import org.jspecify.annotations.NullMarked;
