/**
 * The command line: what can be asked of the program, and the only place that reads the process's
 * arguments, writes to its standard streams and ends it. Nothing depends on it.
 */
@NullMarked
package dev.kmsagent.bootstrap.command;

import org.jspecify.annotations.NullMarked;
