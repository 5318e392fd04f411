/**
 * What the store gets: sealed entries under hashed names, with keys that only agents have.
 *
 * <p>It may depend on the domain and the JDK.
 */
@NullMarked
package dev.kmsagent.adapters.cache.crypto;

import org.jspecify.annotations.NullMarked;
