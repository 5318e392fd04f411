/** Tests of the command line, run in this process. */
@NullMarked
package dev.kmsagent.bootstrap.command;

import org.jspecify.annotations.NullMarked;
