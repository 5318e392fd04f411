package dev.kmsagent.bootstrap.soak;

import dev.kmsagent.testkit.http.ClientConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Applications of one agent that read without a pause, on kept and on new connections, and one that
 * asks for all else now and then.
 */
record Clients(Testbed testbed, Target target, Judge judge, Loops loops) {
  private static final Duration PAUSE = Duration.ofMillis(50);

  /** Agents remember refusals of names: so many that their memory of them is soon full. */
  private static final int MISSING = 50;

  void start() {
    loops.repeat(target + ", kept connection 1", this::readOnKept);
    loops.repeat(target + ", kept connection 2", this::readOnKept);
    loops.repeat(target + ", new connections", () -> readOnNew(anySecret(), false));
    loops.repeat(target + ", other requests", this::askForAllElse);
  }

  /** Reads each secret once, so that all are cached. */
  void warmUp() throws IOException, InterruptedException {
    for (var secret : testbed.secrets) {
      readOnNew(secret, false);
    }
  }

  private KmsSecret anySecret() {
    var secrets = testbed.secrets;
    return secrets.get(ThreadLocalRandom.current().nextInt(secrets.size()));
  }

  /** Returns when the agent has closed the connection between two requests. */
  private void readOnKept() throws IOException, InterruptedException {
    try (var connection = new ClientConnection(target.process.port())) {
      var isOpen = true;
      while (isOpen && !loops.isEnded()) {
        isOpen = read(connection, anySecret(), false);
      }
    }
  }

  private void readOnNew(KmsSecret secret, boolean refreshNow)
      throws IOException, InterruptedException {
    try (var connection = new ClientConnection(target.process.port())) {
      if (!read(connection, secret, refreshNow)) {
        judge.fail(target, "no answer on a new connection");
      }
    }
  }

  /** Whether there was an answer. */
  private boolean read(ClientConnection connection, KmsSecret secret, boolean refreshNow)
      throws IOException, InterruptedException {
    var name = secret.name() + (refreshNow ? "&refreshNow=true" : "");
    var readAt = target.readAt(secret);
    var begin = System.nanoTime();
    var answer = connection.exchange(ClientConnection.secretRequest(name, testbed.token()));
    var end = System.nanoTime();
    if (answer.isPresent() && !loops.isEnded()) {
      judge.judge(new Judge.Read(target, secret, refreshNow, begin, end, readAt), answer.get());
      if (answer.get().verdict().equals("403 Forbidden.Token")) {
        loops.pause(PAUSE);
      }
    }
    return answer.isPresent();
  }

  private void askForAllElse() throws IOException, InterruptedException {
    readOnNew(anySecret(), true);
    loops.pause(PAUSE);
    var begin = System.nanoTime();
    var missing = "missing-" + ThreadLocalRandom.current().nextInt(MISSING);
    var verdict = target.read(missing, testbed.token()).verdict();
    if (!loops.isEnded()) {
      judge.judgeMissing(target, begin, System.nanoTime(), verdict);
    }
    loops.pause(PAUSE);
    for (var page : List.of("/ping", "/readyz", "/metrics")) {
      var status = target.page(page).status();
      if (status != 200) {
        judge.fail(target, page + ": " + status);
      }
    }
    loops.pause(PAUSE);
  }
}
