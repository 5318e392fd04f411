/**
 * Sets up the log: its destinations, the format of its lines, and which libraries may write to it.
 * It is configured in code, so that no file on the machine can enable a logger that prints secrets.
 * The command line depends on it.
 */
@NullMarked
package dev.kmsagent.bootstrap.logging;

import org.jspecify.annotations.NullMarked;
