/**
 * The use case of an agent that serves many pods: who a caller is, which role it reads with, and
 * the secrets of each role. May depend on the domain and on the retrieval of secrets; only the
 * wiring depends on it.
 */
@NullMarked
package dev.kmsagent.application.tenants;

import org.jspecify.annotations.NullMarked;
