/**
 * The dialects of clients: one class for each response type renders and reads secrets and failures.
 *
 * <p>It knows no server and no request. It may depend on the domain, the records of config and
 * Gson.
 */
@NullMarked
package dev.kmsagent.adapters.http.dialect;

import org.jspecify.annotations.NullMarked;
