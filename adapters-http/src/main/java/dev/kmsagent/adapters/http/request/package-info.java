/**
 * Parses requests for secrets from raw request targets.
 *
 * <p>Pure functions from text to values of the domain. It may depend on the domain and on the
 * failures of the dialects.
 */
@NullMarked
package dev.kmsagent.adapters.http.request;

import org.jspecify.annotations.NullMarked;
