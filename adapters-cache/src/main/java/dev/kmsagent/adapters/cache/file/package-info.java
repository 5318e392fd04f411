/**
 * The ports {@code EntryStore} and {@code DurableRecord} in a folder: one process has it, and finds
 * after a restart what it had cached. It handles envelopes and names that disclose nothing.
 *
 * <p>It may depend on the domain and the packages shared and crypto.
 */
@NullMarked
package dev.kmsagent.adapters.cache.file;

import org.jspecify.annotations.NullMarked;
