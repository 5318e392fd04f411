package dev.kmsagent.bootstrap.soak;

import dev.kmsagent.bootstrap.attack.ResponseReader;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Applications of one agent that read without a pause, on kept and on new connections, and one that
 * asks for all else now and then.
 */
final class Applications {
  private static final Duration PAUSE = Duration.ofMillis(50);

  /** Agents remember refusals of names: so many that their memory of them is soon full. */
  private static final int MISSING = 50;

  private final Target target;
  private final List<KmsSecret> secrets;
  private final SharedTokenFile token;
  private final Judge judge;
  private final Loops loops;
  private final Latencies latencies;
  private final AtomicLong reads = new AtomicLong();

  Applications(Testbed testbed, Target target, Judge judge, Loops loops, Latencies latencies) {
    this.target = target;
    this.secrets = testbed.secrets();
    this.token = testbed.token();
    this.judge = judge;
    this.loops = loops;
    this.latencies = latencies;
  }

  void start(int kept, int onNew) {
    for (int i = 0; i < kept; i++) {
      loops.repeat(target + ", kept connection " + i, this::readOnKept);
    }
    for (int i = 0; i < onNew; i++) {
      loops.repeat(target + ", new connections " + i, this::readOnNew);
    }
    loops.repeat(target + ", other requests", this::askForAllElse);
  }

  /** Reads each secret once, so that all are cached. */
  void warmUp() throws IOException, InterruptedException {
    for (var secret : secrets) {
      read(secret, false, this::onNew, latencies.onNew());
    }
  }

  long reads() {
    return reads.get();
  }

  private KmsSecret anySecret() {
    return secrets.get(ThreadLocalRandom.current().nextInt(secrets.size()));
  }

  /** Sends a request. */
  private interface Sender {
    String get(String target, String fields) throws IOException;
  }

  /** Returns when the agent has closed the connection between two requests. */
  private void readOnKept() throws InterruptedException {
    try (var connection = new ApplicationConnection(target.process().port())) {
      while (!loops.isEnded()) {
        read(anySecret(), false, connection::get, latencies.kept());
      }
    } catch (ResponseReader.ClosedBefore | SocketException closed) {
      readOnNew();
    } catch (IOException e) {
      broken("a kept connection", e);
    }
  }

  private void readOnNew() throws InterruptedException {
    try {
      read(anySecret(), false, this::onNew, latencies.onNew());
    } catch (IOException e) {
      broken("a new connection", e);
    }
  }

  private String onNew(String path, String fields) throws IOException {
    return ApplicationConnection.getOnce(target.process().port(), path, fields);
  }

  private void broken(String what, IOException e) {
    var now = System.nanoTime();
    judge.fail(target, now, now, what + ": " + e);
  }

  private void read(KmsSecret secret, boolean refreshNow, Sender sender, Histogram histogram)
      throws IOException, InterruptedException {
    var path = ApplicationConnection.target(secret.name()) + (refreshNow ? "&refreshNow=true" : "");
    var shown = ApplicationConnection.field(token.now().value());
    var before = target.of(secret).now();
    var begin = System.nanoTime();
    var response = sender.get(path, shown);
    var end = System.nanoTime();
    var reply = ApplicationReply.of(response);
    reads.incrementAndGet();
    if (reply.isStale()) {
      latencies.stale().add(end - begin);
    } else if (reply.isHit()) {
      histogram.add(end - begin);
    }
    judge.judge(new Judge.Read(target, secret, refreshNow, begin, end, before), reply);
    if (reply.verdict().equals("403 Forbidden.Token")) {
      loops.pause(PAUSE);
    }
  }

  private void askForAllElse() throws InterruptedException {
    ask("refreshNow", () -> read(anySecret(), true, this::onNew, latencies.onNew()));
    ask("a missing secret", this::askForMissing);
    ask("no token", () -> askWithoutToken(""));
    ask("a wrong token", () -> askWithoutToken(ApplicationConnection.field("wrong-token")));
    ask("the last token", this::askWithLastToken);
    ask("a status page", this::askForStatus);
  }

  private void ask(String what, Loops.Round request) throws InterruptedException {
    try {
      request.run();
    } catch (IOException e) {
      broken(what, e);
    }
    loops.pause(PAUSE);
  }

  private void askForMissing() throws IOException {
    var name = "missing-" + ThreadLocalRandom.current().nextInt(MISSING);
    if (!token.isSettled(System.nanoTime())) {
      return;
    }
    var begin = System.nanoTime();
    var shown = ApplicationConnection.field(token.now().value());
    var reply = ApplicationReply.of(onNew(ApplicationConnection.target(name), shown));
    if (!reply.verdict().equals("403 Forbidden.Token")) {
      judge.judgeMissing(target, begin, System.nanoTime(), reply);
    }
  }

  private void askWithLastToken() throws IOException {
    if (token.isSettled(System.nanoTime())) {
      askWithoutToken(ApplicationConnection.field(token.now().last()));
    }
  }

  private void askWithoutToken(String fields) throws IOException {
    var begin = System.nanoTime();
    var response = onNew(ApplicationConnection.target(anySecret().name()), fields);
    var verdict = ApplicationReply.of(response).verdict();
    if (!verdict.equals("403 Forbidden.Token") || response.contains(KmsSecret.MARK)) {
      judge.fail(target, begin, System.nanoTime(), "without the token in force: " + verdict);
    }
  }

  private void askForStatus() throws IOException {
    for (var page : List.of("/ping", "/readyz", "/metrics")) {
      var begin = System.nanoTime();
      var status = statusOf(page);
      if (!status.equals("200")) {
        judge.fail(target, begin, System.nanoTime(), page + ": " + status);
      }
    }
  }

  /** Repeated once: an attack of many connections may have closed one that had sent nothing yet. */
  private String statusOf(String page) throws IOException {
    var port = target.process().management().port();
    try {
      return ApplicationReply.of(ApplicationConnection.getOnce(port, page, "")).verdict();
    } catch (ResponseReader.ClosedBefore | SocketException closed) {
      return ApplicationReply.of(ApplicationConnection.getOnce(port, page, "")).verdict();
    }
  }
}
