package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Failure;
import dev.kmsagent.adapters.http.request.Admission;
import dev.kmsagent.adapters.http.request.Identification;
import dev.kmsagent.domain.ConfidentialText;
import dev.kmsagent.domain.port.in.RetrieveSecret;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Request;

/** Serves the same secrets to all who show the token in force. Thread-safe. */
final class TokenHolders implements Callers {
  private static final Identification NO_LOGINS =
      Admission.invalid(
          "the agent has no logins: its clients send the token of the file that they share,"
              + " usually /var/run/kmstoken/token");

  private final List<String> headers;
  private final Supplier<ConfidentialText> token;
  private final Optional<RetrieveSecret> secrets;
  private volatile Identification.Known holder = Identification.Known.NONE;

  /**
   * @param headers that may carry the token
   * @param token the one in force, which may be replaced
   */
  TokenHolders(List<String> headers, Supplier<ConfidentialText> token, RetrieveSecret secrets) {
    this.headers = headers;
    this.token = token;
    this.secrets = Optional.of(secrets);
  }

  /** Every value is compared, in constant time; the token is read once. */
  @Override
  public Identification identify(Request request, List<String> bearers) {
    var inForce = token.get();
    boolean found = holds(inForce, bearers);
    for (var header : headers) {
      found |= holds(inForce, Callers.values(request, header));
    }
    return found ? holderOf(inForce) : rejected(request, bearers);
  }

  /** The token is one object until it is replaced. */
  @SuppressWarnings("ReferenceEquality")
  private Identification.Known holderOf(ConfidentialText inForce) {
    var last = holder;
    if (last.token() != inForce) {
      last = new Identification.Known(inForce, Optional.empty(), secrets, false);
      holder = last;
    }
    return last;
  }

  private static boolean holds(ConfidentialText inForce, List<String> values) {
    boolean found = false;
    for (var value : values) {
      found |= inForce.equals(new ConfidentialText(value));
    }
    return found;
  }

  private Identification rejected(Request request, List<String> bearers) {
    var inHeaders = headers.stream().flatMap(header -> Callers.values(request, header).stream());
    var hasToken = Stream.concat(inHeaders, bearers.stream()).anyMatch(it -> !it.isEmpty());
    return new Admission.Rejected(Failure.forbiddenToken(headers, hasToken));
  }

  @Override
  public Identification logIn(Request request) {
    return NO_LOGINS;
  }
}
