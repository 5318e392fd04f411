/**
 * The real KMS as a {@code SecretSource}: the vendor's asynchronous SDK over a transport of our
 * own, its answers checked, its failures classified. Depends on the domain, the SDK, Gson and
 * SLF4J; nothing of the SDK leaves it.
 */
@NullMarked
package dev.kmsagent.adapters.kms;

import org.jspecify.annotations.NullMarked;
