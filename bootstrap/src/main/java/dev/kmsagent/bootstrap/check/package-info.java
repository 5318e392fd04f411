/**
 * The checks of {@code check}: everything between a configuration and a secret, in the order in
 * which an agent needs it. They may depend on the wiring; only the command line depends on them.
 */
@NullMarked
package dev.kmsagent.bootstrap.check;

import org.jspecify.annotations.NullMarked;
