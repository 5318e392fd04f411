/**
 * Deterministic simulation of agents that share a cache: the real application and shared-cache code
 * over virtual time, with models of Redis, KMS, the network and the clocks.
 */
@NullMarked
package dev.kmsagent.bootstrap.simulation;

import org.jspecify.annotations.NullMarked;
