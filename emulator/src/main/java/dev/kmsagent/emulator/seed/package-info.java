/**
 * The secrets and identities that an emulator starts with, read from TOML. Depends on {@code kms},
 * whose rules it applies, and {@code identity}.
 */
@NullMarked
package dev.kmsagent.emulator.seed;

import org.jspecify.annotations.NullMarked;
