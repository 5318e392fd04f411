/** Tests of the caches, the shared contract among them. */
@NullMarked
package dev.kmsagent.adapters.cache;

import org.jspecify.annotations.NullMarked;
