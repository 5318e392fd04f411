package dev.kmsagent.bootstrap.soak;

import dev.kmsagent.bootstrap.e2e.AgentAnswer;
import dev.kmsagent.bootstrap.e2e.KeptConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

  /** Sends a request; empty if the connection was closed before. */
  private interface Sender {
    Optional<AgentAnswer> send(String request) throws IOException;
  }

  /** Returns when the agent has closed the connection between two requests. */
  private void readOnKept() throws InterruptedException {
    try (var connection = new KeptConnection(target.process().port())) {
      var isOpen = true;
      while (isOpen && !loops.isEnded()) {
        isOpen = read(anySecret(), false, connection::send, latencies.kept());
      }
    } catch (IOException e) {
      broken("a kept connection", e);
    }
    readOnNew();
  }

  private void readOnNew() throws InterruptedException {
    try {
      read(anySecret(), false, this::onNew, latencies.onNew());
    } catch (IOException e) {
      broken("a new connection", e);
    }
  }

  private Optional<AgentAnswer> onNew(String request) throws IOException {
    return Optional.of(KeptConnection.exchange(target.process().port(), request));
  }

  private void broken(String what, IOException e) {
    var now = System.nanoTime();
    judge.fail(target, now, now, what + ": " + e);
  }

  /** Whether there was an answer. */
  private boolean read(KmsSecret secret, boolean refreshNow, Sender sender, Histogram histogram)
      throws IOException, InterruptedException {
    var name = secret.name() + (refreshNow ? "&refreshNow=true" : "");
    var request = KeptConnection.read(name, token.now().value());
    var before = target.of(secret).now();
    var begin = System.nanoTime();
    var answer = sender.send(request);
    var end = System.nanoTime();
    if (answer.isPresent()) {
      var read = new Judge.Read(target, secret, refreshNow, begin, end, before);
      judge(read, new ApplicationReply(answer.get()), histogram);
    }
    return answer.isPresent();
  }

  private void judge(Judge.Read read, ApplicationReply reply, Histogram histogram)
      throws InterruptedException {
    reads.incrementAndGet();
    if (reply.isStale()) {
      latencies.stale().add(read.end() - read.begin());
    } else if (reply.isHit()) {
      histogram.add(read.end() - read.begin());
    }
    judge.judge(read, reply);
    if (reply.verdict().equals("403 Forbidden.Token")) {
      loops.pause(PAUSE);
    }
  }

  private void askForAllElse() throws InterruptedException {
    ask("refreshNow", () -> read(anySecret(), true, this::onNew, latencies.onNew()));
    ask("a missing secret", this::askForMissing);
    ask("no token", () -> askInVain(KeptConnection.request(anyTarget())));
    ask("a wrong token", () -> askInVain(KeptConnection.read(anySecret().name(), "wrong-token")));
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
    var reply = reply(KeptConnection.read(name, token.now().value()));
    if (!reply.verdict().equals("403 Forbidden.Token")) {
      judge.judgeMissing(target, begin, System.nanoTime(), reply);
    }
  }

  private ApplicationReply reply(String request) throws IOException {
    return new ApplicationReply(KeptConnection.exchange(target.process().port(), request));
  }

  private String anyTarget() {
    return "/secretsmanager/get?secretId=" + anySecret().name();
  }

  private void askWithLastToken() throws IOException {
    if (token.isSettled(System.nanoTime())) {
      askInVain(KeptConnection.read(anySecret().name(), token.now().last()));
    }
  }

  private void askInVain(String request) throws IOException {
    var begin = System.nanoTime();
    var reply = reply(request);
    var isRefused = reply.verdict().equals("403 Forbidden.Token");
    if (!isRefused || reply.answer().body().contains(KmsSecret.MARK)) {
      var what = "without the token in force: " + reply.verdict();
      judge.fail(target, begin, System.nanoTime(), what);
    }
  }

  private void askForStatus() throws IOException {
    for (var page : List.of("/ping", "/readyz", "/metrics")) {
      var begin = System.nanoTime();
      var status = statusOf(page);
      if (status != 200) {
        judge.fail(target, begin, System.nanoTime(), page + ": " + status);
      }
    }
  }

  /** Repeated once: an attack of many connections may have closed one that had sent nothing yet. */
  private int statusOf(String page) throws IOException {
    var port = target.process().management().port();
    var request = KeptConnection.request(page);
    try (var connection = new KeptConnection(port)) {
      var answer = connection.send(request);
      return answer.isPresent()
          ? answer.get().status()
          : KeptConnection.exchange(port, request).status();
    }
  }
}
