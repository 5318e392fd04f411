/**
 * The way of a request through an emulated service: judge, meet a fault, answer, record. Knows
 * {@code http}, {@code protocol}, {@code signature} and {@code faults}; no service in particular.
 */
@NullMarked
package dev.kmsagent.emulator.gateway;

import org.jspecify.annotations.NullMarked;
