/**
 * The ports: what the inside offers ({@code RetrieveSecret}, {@code PrefetchSecrets}) and what it
 * needs from the world. Adapters implement or call these interfaces and know nothing of each other.
 */
@NullMarked
package dev.kmsagent.domain.port;

import org.jspecify.annotations.NullMarked;
