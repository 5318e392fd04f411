/**
 * Secrets as files: reads them through the in-port of clients, and writes them again when they have
 * changed.
 *
 * <p>It may depend on the domain and the records of config, and on no other adapter.
 */
@NullMarked
package dev.kmsagent.adapters.files;

import org.jspecify.annotations.NullMarked;
