/**
 * Simulations in virtual time: the real application code and decorators of one agent or of
 * thousands, round a KMS and an STS of a few lines.
 */
@NullMarked
package dev.kmsagent.bootstrap.fleet;

import org.jspecify.annotations.NullMarked;
