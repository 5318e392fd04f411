@NullMarked
package dev.kmsagent.adapters.cache.shared;

import org.jspecify.annotations.NullMarked;
