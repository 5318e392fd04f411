/**
 * How an emulated service handles a request: authenticate it, inject a fault or run the action,
 * record the call. Depends on {@code http} and {@code protocol}; knows no particular service.
 */
@NullMarked
package dev.kmsagent.emulator.gateway;

import org.jspecify.annotations.NullMarked;
