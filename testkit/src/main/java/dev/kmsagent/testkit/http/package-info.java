/**
 * What tests say to an HTTP server over a connection, and what they get.
 *
 * <p>It may depend on the JDK, Gson, AssertJ and the waits of the test kit.
 */
@NullMarked
package dev.kmsagent.testkit.http;

import org.jspecify.annotations.NullMarked;
