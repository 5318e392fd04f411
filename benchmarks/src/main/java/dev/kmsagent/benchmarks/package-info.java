/**
 * Benchmarks (JMH) of what a cached read is made of, and the retrieval they are made on. They may
 * depend on every module; nothing depends on them.
 */
@NullMarked
package dev.kmsagent.benchmarks;

import org.jspecify.annotations.NullMarked;
