/** Signatures against vectors computed elsewhere. */
@NullMarked
package dev.kmsagent.emulator.signature;

import org.jspecify.annotations.NullMarked;
