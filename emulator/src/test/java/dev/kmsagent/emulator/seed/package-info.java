/** The files that secrets are seeded from. */
@NullMarked
package dev.kmsagent.emulator.seed;

import org.jspecify.annotations.NullMarked;
