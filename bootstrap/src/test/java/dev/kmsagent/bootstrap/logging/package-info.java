/** Tests of the log, each with a Logback context of its own. */
@NullMarked
package dev.kmsagent.bootstrap.logging;

import org.jspecify.annotations.NullMarked;
