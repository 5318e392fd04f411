/**
 * Who may be whom: roles, whom they trust, what they may read, and the keys that were minted for
 * them. Knows {@code protocol} and {@code signature}.
 */
@NullMarked
package dev.kmsagent.emulator.roles;

import org.jspecify.annotations.NullMarked;
