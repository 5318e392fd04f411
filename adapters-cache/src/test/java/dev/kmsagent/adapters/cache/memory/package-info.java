/** Tests of the caches, the shared contract among them. */
@NullMarked
package dev.kmsagent.adapters.cache.memory;

import org.jspecify.annotations.NullMarked;
