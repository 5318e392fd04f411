package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.PresentedToken;
import dev.kmsagent.domain.port.RetrieveSecret;
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
