/**
 * The agent of a node: verifies the tokens of pods with the keys of their cluster, and exchanges
 * them at STS for keys of roles, with which it reads secrets. Depends on the credentials, the
 * resilience and the connections, the domain, the records of the configuration, Nimbus JOSE + JWT
 * and Resilience4j.
 */
@NullMarked
package dev.kmsagent.adapters.kms.pods;

import org.jspecify.annotations.NullMarked;
