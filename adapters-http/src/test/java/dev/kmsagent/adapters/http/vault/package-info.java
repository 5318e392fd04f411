/** Tests of what only Vault's clients send. */
@NullMarked
package dev.kmsagent.adapters.http.vault;

import org.jspecify.annotations.NullMarked;
