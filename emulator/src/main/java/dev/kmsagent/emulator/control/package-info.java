/**
 * The control API of the emulator, under {@code /_emulator}: faults, calls, services, secrets,
 * tokens and keys. Depends on {@code gateway}, {@code kms}, {@code identity} and the packages below
 * them.
 */
@NullMarked
package dev.kmsagent.emulator.control;

import org.jspecify.annotations.NullMarked;
