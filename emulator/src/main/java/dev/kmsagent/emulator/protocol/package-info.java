/**
 * The words of the KMS wire protocol: parameters and their encoding, errors, and answers. Pure
 * values; depends on no other package here.
 */
@NullMarked
package dev.kmsagent.emulator.protocol;

import org.jspecify.annotations.NullMarked;
