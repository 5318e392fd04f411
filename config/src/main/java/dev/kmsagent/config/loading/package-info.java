/**
 * How {@code config.toml} and the environment become an {@link dev.kmsagent.config.AgentConfig}, or
 * the list of everything that is wrong with them. The tables of keys here are what the checks, the
 * messages, the variables' names, the shipped file and the reference are made from. Knows tomlj and
 * the values it produces.
 */
@NullMarked
package dev.kmsagent.config.loading;

import org.jspecify.annotations.NullMarked;
