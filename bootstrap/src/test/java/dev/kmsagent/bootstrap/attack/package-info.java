/**
 * Attacks on the process that ships, with its default options and heap: each goes on while
 * applications read a cached secret on new and on kept connections, and the agent is well
 * afterwards. Outcomes are judged from outside, as in the other end-to-end tests.
 */
@NullMarked
package dev.kmsagent.bootstrap.attack;

import org.jspecify.annotations.NullMarked;
