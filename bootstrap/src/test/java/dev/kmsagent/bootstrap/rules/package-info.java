/** The architecture rules, and for each a planted violation that shows that it can fail. */
@NullMarked
package dev.kmsagent.bootstrap.rules;

import org.jspecify.annotations.NullMarked;
