/**
 * Unmodified clients of Vault and of AWS's agent against the real process, started from the
 * distribution, with the emulator in this one. What they get is in {@code docs/clients.md}, which
 * is compared with what the tests saw; its snippets are run.
 */
@NullMarked
package dev.kmsagent.clients;

import org.jspecify.annotations.NullMarked;
