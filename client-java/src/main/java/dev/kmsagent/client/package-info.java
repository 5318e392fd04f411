/**
 * A client of the agent for programs in Java 8 and later: connections to databases whose passwords
 * KMS rotates.
 */
@NullMarked
package dev.kmsagent.client;

import org.jspecify.annotations.NullMarked;
