/**
 * The wire protocol of Alibaba Cloud's RPC APIs: parameters, errors, ARNs, access keys, and the two
 * signature schemes. Depends on {@code http}.
 */
@NullMarked
package dev.kmsagent.emulator.protocol;

import org.jspecify.annotations.NullMarked;
