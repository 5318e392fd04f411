/**
 * What lies in a store that does not get to see it: entries sealed, names hashed, both under keys
 * of the agents alone.
 *
 * <p>It may depend on the domain and the JDK.
 */
@NullMarked
package dev.kmsagent.adapters.cache.crypto;

import org.jspecify.annotations.NullMarked;
