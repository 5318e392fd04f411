/**
 * Connections to KMS and STS: TLS trust, proxy, timeouts, the meaning of a failure, and the reader
 * of JSON answers. Depends on the domain, the records of the configuration, Gson and SLF4J.
 */
@NullMarked
package dev.kmsagent.adapters.kms.transport;

import org.jspecify.annotations.NullMarked;
