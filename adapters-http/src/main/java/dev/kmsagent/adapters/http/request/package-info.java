/**
 * Reads requests for secrets from raw request targets.
 *
 * <p>Pure: texts in, values of the domain out. It may depend on the domain alone.
 */
@NullMarked
package dev.kmsagent.adapters.http.request;

import org.jspecify.annotations.NullMarked;
