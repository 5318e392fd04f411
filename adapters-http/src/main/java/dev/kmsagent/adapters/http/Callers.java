package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.request.Identification;
import dev.kmsagent.domain.Sender;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.server.Request;

/** Tells whose requests are served, and with which secrets. Thread-safe; never blocks. */
interface Callers {
  /** The attribute of a request whose sender is known by more than the address. */
  String SENDER = Sender.class.getName();

  /**
   * Identifies who sent the request.
   *
   * @param bearers the tokens of {@code Authorization}, where these are accepted
   */
  Identification identify(Request request, List<String> bearers);

  /** Identifies who logs in as Vault's clients do. */
  Identification logIn(Request request);

  /** Who sent the request, as far as that was verified. */
  static Sender senderOf(Request request) {
    return request.getAttribute(SENDER) instanceof Sender known ? known : new Sender(peer(request));
  }

  /** The address that sent it; empty once its connection is closed. */
  static String peer(Request request) {
    var address = request.getConnectionMetaData().getRemoteSocketAddress();
    return address instanceof InetSocketAddress it ? it.getAddress().getHostAddress() : "";
  }

  /** The values of every field called {@code name}, in any case; usually none. */
  static List<String> values(Request request, String name) {
    var fields = request.getHeaders();
    int size = fields.size();
    for (int i = 0; i < size; i++) {
      if (fields.getField(i).is(name)) {
        return fields.getValuesList(name);
      }
    }
    return List.of();
  }

  /**
   * What the client knows, if it says so. It stands here, and not in {@link Precondition}, so that
   * most agents do not load that.
   */
  static Optional<Precondition> preconditionOf(Request request) {
    var tags = values(request, "If-None-Match");
    return tags.isEmpty()
        ? Optional.empty()
        : Optional.of(Precondition.of(tags, values(request, "Prefer")));
  }
}
