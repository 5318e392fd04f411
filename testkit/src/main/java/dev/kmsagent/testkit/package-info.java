/**
 * Fakes with knobs, fixtures, virtual time, and the contracts that every implementation of a port
 * passes. For tests only; depends on the domain, JUnit and AssertJ, never on an adapter.
 */
@NullMarked
package dev.kmsagent.testkit;

import org.jspecify.annotations.NullMarked;
