@NullMarked
package dev.kmsagent.adapters.cache.redis;

import org.jspecify.annotations.NullMarked;
