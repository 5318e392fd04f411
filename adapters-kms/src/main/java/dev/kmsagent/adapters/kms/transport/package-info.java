/**
 * The way to the cloud, to KMS and to STS alike: whose certificates are believed, which proxy is
 * used, and what it means when a host cannot be reached. Depends on the domain.
 */
@NullMarked
package dev.kmsagent.adapters.kms.transport;

import org.jspecify.annotations.NullMarked;
