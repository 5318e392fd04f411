/**
 * Loads {@code config.toml} and the environment: the result is an {@link
 * dev.kmsagent.config.AgentConfig}, or the list of everything that is wrong. Knows tomlj.
 */
@NullMarked
package dev.kmsagent.config.loading;

import org.jspecify.annotations.NullMarked;
