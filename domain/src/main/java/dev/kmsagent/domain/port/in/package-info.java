/**
 * The in-ports: what clients and operators ask of the agent. {@code adapters-http} calls them;
 * {@code application}, and for health and metrics {@code adapters-telemetry}, implement them.
 */
@NullMarked
package dev.kmsagent.domain.port.in;

import org.jspecify.annotations.NullMarked;
