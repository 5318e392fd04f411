/**
 * The token that clients must show: where it comes from, how it changes, how it is compared.
 *
 * <p>It may depend on the domain's ports.
 */
@NullMarked
package dev.kmsagent.adapters.http.token;

import org.jspecify.annotations.NullMarked;
