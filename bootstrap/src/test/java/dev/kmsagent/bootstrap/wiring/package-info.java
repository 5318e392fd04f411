/** Tests of how the agent is put together. */
@NullMarked
package dev.kmsagent.bootstrap.wiring;

import org.jspecify.annotations.NullMarked;
