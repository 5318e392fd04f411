/**
 * The secrets that an emulator starts with, read from TOML. Depends on {@code kms}, whose rules it
 * applies.
 */
@NullMarked
package dev.kmsagent.emulator.seed;

import org.jspecify.annotations.NullMarked;
