/** Checks of what the pages of {@code docs} say about the code. */
@NullMarked
package dev.kmsagent.bootstrap.documentation;

import org.jspecify.annotations.NullMarked;
