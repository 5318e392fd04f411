/**
 * The ports: the use case of the application ({@code RetrieveSecret}) and what it requires from
 * adapters. Adapters implement or call these interfaces and do not know each other.
 */
@NullMarked
package dev.kmsagent.domain.port;

import org.jspecify.annotations.NullMarked;
