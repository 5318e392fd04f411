/**
 * Files that are read again when they change: the token that clients must send, and the certificate
 * that they are shown.
 *
 * <p>It may depend on the domain's ports, the records of config, and how requests are parsed.
 */
@NullMarked
package dev.kmsagent.adapters.http.files;

import org.jspecify.annotations.NullMarked;
