/** HTTP on raw sockets. */
@NullMarked
package dev.kmsagent.emulator.http;

import org.jspecify.annotations.NullMarked;
