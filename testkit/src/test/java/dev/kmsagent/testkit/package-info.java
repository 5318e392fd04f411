/** The fakes pass the contracts, and the contracts find broken implementations. */
@NullMarked
package dev.kmsagent.testkit;

import org.jspecify.annotations.NullMarked;
