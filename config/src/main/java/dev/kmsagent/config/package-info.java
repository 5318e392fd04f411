/**
 * The agent's configuration as typed, immutable values: one record for each table of {@code
 * config.toml}, every value already checked. Knows nothing but the JDK, not even where the values
 * came from.
 */
@NullMarked
package dev.kmsagent.config;

import org.jspecify.annotations.NullMarked;
