/**
 * KMS as an API behind a gateway: who may call, and what then happens. Knows {@code actions},
 * {@code gateway}, {@code roles} and {@code signature}.
 */
@NullMarked
package dev.kmsagent.emulator.kms;

import org.jspecify.annotations.NullMarked;
