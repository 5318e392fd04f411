/** Tests of the functions of the C library. */
@NullMarked
package dev.kmsagent.bootstrap.libc;

import org.jspecify.annotations.NullMarked;
