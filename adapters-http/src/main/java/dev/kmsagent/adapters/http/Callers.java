package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.PresentedToken;
import dev.kmsagent.domain.Sender;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Request;

/** Tells whose requests are served, and with which secrets. Thread-safe; never blocks. */
interface Callers {
  /**
   * Identifies who sent the request.
   *
   * @param bearers the tokens of {@code Authorization}, where these are accepted
   */
  Identification identify(Request request, List<String> bearers);

  /** The answer to a login of Vault's clients at {@code path}. */
  Admission login(Request request, String path);

  /** The secrets for a request whose caller was identified. */
  RetrieveSecret secretsOf(Request request);

  /** Whose share of {@code Server.MaxConn} a request takes that waits. */
  String groupOf(Request request);

  /**
   * Who sent a request, and the secrets for it. A request carries it once something is known of its
   * sender besides the address.
   */
  record RequestSender(Sender sender, Optional<RetrieveSecret> secrets) {
    private static final String ATTRIBUTE = RequestSender.class.getName();

    void attachTo(Request request) {
      request.setAttribute(ATTRIBUTE, this);
    }

    static RequestSender of(Request request) {
      return request.getAttribute(ATTRIBUTE) instanceof RequestSender known
          ? known
          : new RequestSender(new Sender(peer(request)), Optional.empty());
    }

    /** The address that sent it; empty once its connection is closed. */
    static String peer(Request request) {
      var address = request.getConnectionMetaData().getRemoteSocketAddress();
      return address instanceof InetSocketAddress it ? it.getAddress().getHostAddress() : "";
    }
  }

  /** Who sent a request, as far as that is known without waiting. */
  sealed interface Identification {
    /** A caller that is served; it has sent this token. */
    record Known(PresentedToken token) implements Identification {}

    /** A caller that is not served. */
    record Rejected(Failure failure) implements Identification {}

    /**
     * A caller that has to be admitted first.
     *
     * @param rejection has it admitted, which waits; why not, or empty if it is known now
     */
    record Unknown(Supplier<Optional<Failure>> rejection) implements Identification {}
  }
}
