/** Failures one after another, seen by a real Prometheus. */
@NullMarked
package dev.kmsagent.bootstrap.drill;

import org.jspecify.annotations.NullMarked;
