/**
 * The vocabulary in which the tables of {@code config.toml} are declared: keys, types of values,
 * rules and the values in force. Knows the JDK and what is confidential: no table, no parser.
 */
@NullMarked
package dev.kmsagent.config.schema;

import org.jspecify.annotations.NullMarked;
