/**
 * The composition root: creates the adapters and the use cases from the configuration and connects
 * them, by hand and in one place. It may depend on every module; only the commands and the checks
 * depend on it.
 */
@NullMarked
package dev.kmsagent.bootstrap.wiring;

import org.jspecify.annotations.NullMarked;
