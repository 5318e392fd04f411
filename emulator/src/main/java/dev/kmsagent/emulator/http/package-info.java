/**
 * An HTTP/1.1 server that can also answer late, byte by byte, short of the announced length, with a
 * TCP reset, or never (decision 0015). Depends on no other package of the emulator.
 */
@NullMarked
package dev.kmsagent.emulator.http;

import org.jspecify.annotations.NullMarked;
