@NullMarked
package dev.kmsagent.testkit.redis;

import org.jspecify.annotations.NullMarked;
