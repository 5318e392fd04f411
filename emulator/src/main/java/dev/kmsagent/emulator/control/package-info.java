/**
 * The emulator's own HTTP API under {@code /_emulator}: faults, calls and secrets for people with
 * curl. Knows {@code http}, {@code protocol}, {@code faults}, {@code gateway} and {@code secrets}.
 */
@NullMarked
package dev.kmsagent.emulator.control;

import org.jspecify.annotations.NullMarked;
