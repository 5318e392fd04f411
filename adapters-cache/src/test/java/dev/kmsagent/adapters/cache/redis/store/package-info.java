@NullMarked
package dev.kmsagent.adapters.cache.redis.store;

import org.jspecify.annotations.NullMarked;
