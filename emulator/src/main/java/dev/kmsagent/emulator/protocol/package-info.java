/**
 * The words of the cloud's RPC protocol: parameters and their encoding, errors, answers, ARNs and
 * patterns. Pure values; depends on no other package here.
 */
@NullMarked
package dev.kmsagent.emulator.protocol;

import org.jspecify.annotations.NullMarked;
