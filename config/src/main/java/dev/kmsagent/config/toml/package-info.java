/** Reads TOML texts, whatever their tables mean. Knows tomlj and the vocabulary of the schema. */
@NullMarked
package dev.kmsagent.config.toml;

import org.jspecify.annotations.NullMarked;
