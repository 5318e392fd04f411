/**
 * The way of a KMS request through the emulator: verify, record, answer. Knows {@code http}, {@code
 * protocol}, {@code signature} and {@code actions}.
 */
@NullMarked
package dev.kmsagent.emulator.gateway;

import org.jspecify.annotations.NullMarked;
