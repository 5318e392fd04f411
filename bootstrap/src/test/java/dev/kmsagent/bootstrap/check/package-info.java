/** Tests of the doctor. */
@NullMarked
package dev.kmsagent.bootstrap.check;

import org.jspecify.annotations.NullMarked;
