/** Tests of what clients of each kind get to read. */
@NullMarked
package dev.kmsagent.adapters.http.dialect;

import org.jspecify.annotations.NullMarked;
