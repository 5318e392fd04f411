/** Tests of what operators see. */
@NullMarked
package dev.kmsagent.adapters.telemetry;

import org.jspecify.annotations.NullMarked;
