/**
 * What can go wrong with an answer, for which calls and for how long. Knows {@code http} and {@code
 * protocol}; nothing of secrets and signatures.
 */
@NullMarked
package dev.kmsagent.emulator.faults;

import org.jspecify.annotations.NullMarked;
