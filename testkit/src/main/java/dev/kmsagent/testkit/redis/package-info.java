/**
 * A real Redis for tests, as processes of their own that can be killed and stopped.
 *
 * <p>It may depend on the JDK and the jar with the program.
 */
@NullMarked
package dev.kmsagent.testkit.redis;

import org.jspecify.annotations.NullMarked;
