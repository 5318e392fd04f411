/**
 * The HTTP side of the agent: listeners, the guard before the secrets, routes, dialects, health.
 *
 * <p>It turns requests into calls of the in-ports and their outcomes into answers. It may depend on
 * the domain, Javalin with the Jetty under it, Gson and SLF4J, and on no other room.
 */
@NullMarked
package dev.kmsagent.adapters.http;

import org.jspecify.annotations.NullMarked;
