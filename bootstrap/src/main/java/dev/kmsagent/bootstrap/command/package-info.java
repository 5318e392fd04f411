/**
 * The command line: the commands of the program. Only this package reads the process's arguments,
 * writes to its standard streams and ends it. Nothing depends on it.
 */
@NullMarked
package dev.kmsagent.bootstrap.command;

import org.jspecify.annotations.NullMarked;
