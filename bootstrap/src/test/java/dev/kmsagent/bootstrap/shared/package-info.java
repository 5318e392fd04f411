/** Many agents in one process, with the real application code, on a real Redis. */
@NullMarked
package dev.kmsagent.bootstrap.shared;

import org.jspecify.annotations.NullMarked;
