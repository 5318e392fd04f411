/**
 * Calls of KMS: requests are signed by the vendor's SDK and sent with {@code java.net.http};
 * answers are read and checked, errors classified. Depends on the packages below it, the SDK, Gson
 * and SLF4J; no type of the SDK leaves this module.
 */
@NullMarked
package dev.kmsagent.adapters.kms;

import org.jspecify.annotations.NullMarked;
