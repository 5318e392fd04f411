/**
 * The emulator's own HTTP API under {@code /_emulator}: faults, calls, secrets, tokens and keys for
 * people with curl. Knows {@code gateway}, {@code secrets}, {@code oidc}, {@code roles} and what is
 * below them.
 */
@NullMarked
package dev.kmsagent.emulator.control;

import org.jspecify.annotations.NullMarked;
