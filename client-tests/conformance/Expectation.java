import java.util.Locale;

/**
 * What an answer is compared with: {@code value} (the secret that was read first), a status, or
 * {@code Header: PATTERN}.
 *
 * @param otherwise what else clients can live with: {@code refused} (any 4xx), {@code any}; empty:
 *     nothing
 */
record Expectation(String best, String otherwise) {
  /** Parses {@code BEST} or {@code BEST or OTHERWISE}; a header may always differ. */
  static Expectation of(String text) {
    var parts = text.split(" or ", 2);
    return new Expectation(parts[0], parts.length > 1 ? parts[1] : "");
  }

  Judgement judge(Client client, Reply reply) {
    if (reply.status() != 200 && client.isSecretIn(reply)) {
      return Judgement.fails(reply.status() + ", and the error holds the secret");
    }
    int colon = best.indexOf(": ");
    if (colon > 0) {
      return header(best.substring(0, colon), best.substring(colon + 2), reply);
    }
    var status = Integer.toString(reply.status());
    if (!best.equals("value")) {
      return best.equals(status) ? Judgement.passes(status) : otherwise(reply, status);
    }
    if (client.isSame(reply)) {
      return Judgement.passes("200, the same value");
    }
    return reply.status() == 200
        ? Judgement.fails("200, another value or none")
        : otherwise(reply, status);
  }

  private static Judgement header(String name, String pattern, Reply reply) {
    var values = reply.headers().getOrDefault(name.toLowerCase(Locale.ROOT), "");
    return reply.status() == 200 && values.matches(pattern)
        ? Judgement.passes("200, as expected")
        : Judgement.differs(reply.status() + ", " + (values.isEmpty() ? "no header" : "another"));
  }

  private Judgement otherwise(Reply reply, String seen) {
    var isAllowed =
        switch (otherwise) {
          case "refused" -> reply.isRefusal();
          case "any" -> true;
          default -> false;
        };
    return isAllowed ? Judgement.differs(seen) : Judgement.fails(seen);
  }
}
