/**
 * Fakes with knobs, fixtures, virtual time, the contracts that every implementation of a port
 * passes, and the one way to wait, to run a command, to record a log, and to relay connections. For
 * tests only; depends on the domain, JUnit and AssertJ, never on an adapter.
 */
@NullMarked
package dev.kmsagent.testkit;

import org.jspecify.annotations.NullMarked;
