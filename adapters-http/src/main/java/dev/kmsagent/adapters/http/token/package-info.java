/**
 * The token that clients must send: where it is read from, and how it is replaced.
 *
 * <p>It may depend on the domain's ports, the records of config, and how requests are parsed.
 */
@NullMarked
package dev.kmsagent.adapters.http.token;

import org.jspecify.annotations.NullMarked;
