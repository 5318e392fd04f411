/**
 * Who sent a request: the two signature schemes of Alibaba Cloud's RPC gateway, keys, clock and
 * nonces. Knows {@code http} and {@code protocol}.
 */
@NullMarked
package dev.kmsagent.emulator.signature;

import org.jspecify.annotations.NullMarked;
