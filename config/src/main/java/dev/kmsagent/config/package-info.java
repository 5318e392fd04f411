/**
 * The agent's configuration as typed, immutable values. Each table of {@code config.toml} is a
 * record with the declaration of its keys nested in it, so that a key and the component that holds
 * its value stand in one file. Knows the vocabulary of the schema and what is confidential, and not
 * where values come from; {@link dev.kmsagent.config.Authorities} reads the file that a key names.
 */
@NullMarked
package dev.kmsagent.config;

import org.jspecify.annotations.NullMarked;
