/**
 * Puts the agent together: the configuration becomes the settings of adapters, the adapters are
 * plugged into the ports, by hand and in one place. It may know every room; the command line alone
 * depends on it.
 */
@NullMarked
package dev.kmsagent.bootstrap.wiring;

import org.jspecify.annotations.NullMarked;
