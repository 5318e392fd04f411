/** Tests of the values that make up the configuration. */
@NullMarked
package dev.kmsagent.config;

import org.jspecify.annotations.NullMarked;
