/**
 * What is known of a request: its caller, the secret that its raw target asks for, and the result
 * of all checks.
 *
 * <p>Values, and pure functions from text to them. It may depend on the domain, the records of
 * config, and the failures of the dialects.
 */
@NullMarked
package dev.kmsagent.adapters.http.request;

import org.jspecify.annotations.NullMarked;
