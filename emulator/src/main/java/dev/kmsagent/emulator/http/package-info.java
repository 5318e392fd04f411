/**
 * HTTP/1.1 on a loopback socket, down to the single byte, so that answers can also be late, cut or
 * never come. Knows nothing of KMS and depends on no other package here.
 */
@NullMarked
package dev.kmsagent.emulator.http;

import org.jspecify.annotations.NullMarked;
