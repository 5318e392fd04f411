/**
 * The routes of HashiCorp Vault's API that its clients need to read secrets, as far as {@code
 * Server.VaultMount} is given. May depend on the parsing of requests, the dialects, the records of
 * config and the domain.
 */
@NullMarked
package dev.kmsagent.adapters.http.vault;

import org.jspecify.annotations.NullMarked;
