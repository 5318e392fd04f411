@NullMarked
package dev.kmsagent.adapters.cache.seal;

import org.jspecify.annotations.NullMarked;
