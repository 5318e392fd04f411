/** Tests of the doctor. */
@NullMarked
package dev.kmsagent.bootstrap.doctor;

import org.jspecify.annotations.NullMarked;
