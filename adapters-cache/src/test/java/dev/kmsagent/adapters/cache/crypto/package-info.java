@NullMarked
package dev.kmsagent.adapters.cache.crypto;

import org.jspecify.annotations.NullMarked;
