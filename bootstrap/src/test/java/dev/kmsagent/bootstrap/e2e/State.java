package dev.kmsagent.bootstrap.e2e;

import java.util.concurrent.CompletableFuture;

/** What the cache holds of a secret when an outage strikes, and how the client asks: a column. */
enum State {
  NOTHING("nothing cached"),
  FRESH("fresh"),
  /** The agent's last call to KMS was answered. */
  LAPSED("lapsed"),
  /** The last call for it failed transiently, or the last of all for a reason that concerns it. */
  NOTICED("lapsed, outage noticed"),
  PAST_BOUND("past the bound"),
  REFRESH_NOW("`refreshNow`");

  private final String heading;

  State(String heading) {
    this.heading = heading;
  }

  String heading() {
    return heading;
  }

  /** Asks for a secret in the way of this state. */
  CompletableFuture<AgentAnswer> ask(AgentClient client, String secret) {
    var refreshNow = this == REFRESH_NOW ? "&refreshNow=true" : "";
    return client.getAsync("/secretsmanager/get?secretId=" + secret + refreshNow);
  }

  /** The {@code Cache-Status} of what a client gets, given where that comes from. */
  String cacheStatus(Cell cell) {
    return switch (cell.got()) {
      case Cell.OLD -> "hit";
      case Cell.STALE -> "hit; detail=stale-if-error";
      case Cell.NEW ->
          switch (this) {
            case NOTHING, FRESH -> "fwd=miss";
            case LAPSED, NOTICED, PAST_BOUND -> "fwd=stale";
            case REFRESH_NOW -> "fwd=request";
          };
      default -> "none";
    };
  }
}
