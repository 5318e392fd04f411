/**
 * The HTTP server of the agent: listeners, the checks of a request, routes, replies.
 *
 * <p>{@link dev.kmsagent.adapters.http.RouteTable} has the routes. {@link
 * dev.kmsagent.adapters.http.FastPathHandler} admits each request and replies to what the cache can
 * answer at once; {@link dev.kmsagent.adapters.http.JavalinServlet} serves the rest on virtual
 * threads. It may depend on the domain, the records of config, Javalin with its Jetty, Gson and
 * SLF4J.
 */
@NullMarked
package dev.kmsagent.adapters.http;

import org.jspecify.annotations.NullMarked;
