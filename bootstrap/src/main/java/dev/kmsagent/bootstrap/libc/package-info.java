/**
 * Functions of the C library that the JDK does not offer, called through the foreign-function API.
 * It depends on nothing but the JDK.
 */
@NullMarked
package dev.kmsagent.bootstrap.libc;

import org.jspecify.annotations.NullMarked;
