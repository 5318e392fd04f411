package dev.kmsagent.adapters.http;

import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Request;

/** Which listener a request came in at. */
record Listeners(Connector mainConnector, Listener main, Listener management) {
  Listener of(Request request) {
    var connector = request.getConnectionMetaData().getConnector();
    return connector.equals(mainConnector) ? main : management;
  }
}
