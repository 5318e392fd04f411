/**
 * Sets up the log: where it goes, how a line looks, and which libraries may write to it. Configured
 * in code, so that nothing that lies about can turn a logger on that prints secrets. The command
 * line depends on it.
 */
@NullMarked
package dev.kmsagent.bootstrap.logging;

import org.jspecify.annotations.NullMarked;
