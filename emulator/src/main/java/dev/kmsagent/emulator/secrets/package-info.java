/**
 * What the emulator keeps: secrets, their versions and stages, and the rules by which they change.
 * Knows {@code protocol} for its refusals; nothing of HTTP.
 */
@NullMarked
package dev.kmsagent.emulator.secrets;

import org.jspecify.annotations.NullMarked;
