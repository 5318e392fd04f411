/**
 * The languages of the clients: one class for each response type, secrets and failures alike.
 *
 * <p>Nothing here knows of servers or requests. It may depend on the domain and Gson.
 */
@NullMarked
package dev.kmsagent.adapters.http.dialect;

import org.jspecify.annotations.NullMarked;
