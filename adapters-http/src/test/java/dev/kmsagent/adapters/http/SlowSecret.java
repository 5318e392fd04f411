package dev.kmsagent.adapters.http;

import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.Retrieval;
import dev.kmsagent.testkit.Secrets;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/** A secret for which everybody waits until it comes. */
final class SlowSecret {
  private static final String NAME = "slow";

  private final TestAgent agent;
  private final Semaphore waiting = new Semaphore(0);
  private final CompletableFuture<Retrieval> outcome = new CompletableFuture<>();

  SlowSecret(TestAgent agent) {
    this.agent = agent;
    agent.secrets.answer(
        NAME,
        () -> {
          waiting.release();
          return outcome;
        });
  }

  /** Asks for it over a connection of its own; returns once the request waits inside. */
  RawClient ask() throws IOException, InterruptedException {
    var client = new RawClient(agent.port);
    client.ask("/v1/" + NAME);
    waiting.acquire();
    return client;
  }

  void comes() {
    outcome.complete(agent.found(Secrets.text(NAME, "v1", "value"), CacheState.MISS));
  }
}
