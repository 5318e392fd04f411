package dev.kmsagent.bootstrap.conformance;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.function.Function;
import java.util.function.IntPredicate;

/**
 * One behaviour of an agent.
 *
 * @param why it matters, in a sentence
 */
record Case(String name, String why, Check check) {
  /** Tries the behaviour. */
  @FunctionalInterface
  interface Check {
    Judgement judge(Client client) throws IOException;
  }

  /** Any refusal of the request. */
  static final IntPredicate REFUSED = status -> status >= 400 && status < 500;

  /** Agents differ here, and the request is harmless. */
  static final IntPredicate ANY = status -> status >= 200 && status < 600;

  /** A request that is answered with {@code best}; {@code allowed} tells what else will do. */
  static Case status(
      String name, String why, Function<Client, Request> request, int best, IntPredicate allowed) {
    return new Case(name, why, client -> status(client, request.apply(client), best, allowed));
  }

  private static Judgement status(Client client, Request request, int best, IntPredicate allowed)
      throws IOException {
    var reply = client.send(request);
    var seen = Integer.toString(reply.status());
    if (reply.status() != 200 && client.isSecretIn(reply)) {
      return Judgement.fails(seen + ", and the error holds the secret");
    }
    if (reply.status() == best) {
      return Judgement.passes(seen);
    }
    return allowed.test(reply.status()) ? Judgement.differs(seen) : Judgement.fails(seen);
  }

  /** A request that is answered with the secret. */
  static Case reads(String name, String why, Function<Client, Request> request) {
    return new Case(name, why, client -> client.same(client.send(request.apply(client))));
  }

  Judgement judge(Client client) {
    try {
      return check.judge(client);
    } catch (SocketTimeoutException late) {
      return Judgement.fails("no answer in time");
    } catch (IOException broken) {
      return Judgement.fails("the connection ended without an HTTP answer");
    }
  }
}
