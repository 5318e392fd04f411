/**
 * The out-ports: what the application requires of adapters, which implement them and do not know
 * each other.
 */
@NullMarked
package dev.kmsagent.domain.port.out;

import org.jspecify.annotations.NullMarked;
