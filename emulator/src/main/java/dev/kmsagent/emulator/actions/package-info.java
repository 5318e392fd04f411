/**
 * The operations of the KMS API, each from parameters to its JSON answer. Knows {@code secrets} and
 * {@code protocol}; nothing of HTTP and signatures.
 */
@NullMarked
package dev.kmsagent.emulator.actions;

import org.jspecify.annotations.NullMarked;
