package dev.kmsagent.bootstrap.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The checks that take more than one request, or more than the status of the answer. */
final class Probes {
  private static final int WRONG_TOKENS = 50;
  private static final int AT_ONCE = 20;

  private Probes() {}

  /** Each byte of {@code text}, percent-encoded. */
  static String octets(String text) {
    var format = HexFormat.ofDelimiter("%").withPrefix("").withUpperCase();
    return '%' + format.formatHex(text.getBytes(StandardCharsets.UTF_8));
  }

  static Judgement dialect(Client client) {
    return client
        .first()
        .dialect()
        .map(Judgement::passes)
        .orElseGet(() -> Judgement.fails("none that is known"));
  }

  static Judgement currentStage(Client client) throws IOException {
    var isAws = client.first().dialect().filter(name -> name.startsWith("AWS")).isPresent();
    var stage = isAws ? "AWSCURRENT" : "ACSCurrent";
    return client.same(client.send(client.read().and("versionStage=" + stage)));
  }

  static Judgement versionId(Client client) throws IOException {
    var version = client.first().version();
    return version.isEmpty()
        ? Judgement.differs("answers name no version")
        : client.same(client.send(client.read().and("versionId=" + Client.encoded(version.get()))));
  }

  static Judgement fiftyWrongTokens(Client client) throws IOException {
    for (int i = 0; i < WRONG_TOKENS; i++) {
      int status = client.send(client.readWith("wrong-" + i)).status();
      if (!Case.REFUSED.test(status)) {
        return Judgement.fails(Integer.toString(status));
      }
    }
    return after("each is refused; then ", client);
  }

  private static Judgement after(String what, Client client) throws IOException {
    var next = client.same(client.send(client.read()));
    return new Judgement(next.verdict(), what + next.seen());
  }

  static Judgement exactValue(Client client) throws IOException {
    var reply = client.send(client.read().and("field=."));
    var isPlain =
        reply
            .header("Content-Type")
            .filter(
                type ->
                    type.startsWith("text/plain") || type.startsWith("application/octet-stream"))
            .isPresent();
    return reply.status() == 200 && isPlain
        ? Judgement.passes("200, the value alone")
        : Judgement.differs(reply.status() + ", not the value alone");
  }

  static Judgement cacheStatus(Client client) throws IOException {
    var reply = client.send(client.read());
    var status = reply.header("Cache-Status");
    if (status.isEmpty()) {
      return Judgement.differs("no such header");
    }
    return status.get().contains("; hit")
        ? Judgement.passes("a hit")
        : Judgement.differs("no hit for a secret that was just read");
  }

  static Judgement noStore(Client client) throws IOException {
    var control = client.send(client.read()).header("Cache-Control");
    return control.filter(value -> value.contains("no-store")).isPresent()
        ? Judgement.passes("no-store")
        : Judgement.differs("not no-store");
  }

  static Judgement entityTag(Client client) throws IOException {
    var tag = client.send(client.read()).header("ETag");
    if (tag.isEmpty()) {
      return Judgement.differs("no such header");
    }
    var same = client.send(client.read().with("If-None-Match: " + tag.get()));
    var other = client.send(client.read().with("If-None-Match: \"conformance\""));
    return same.status() == 304 && client.isSame(other)
        ? Judgement.passes("304 for the same tag, 200 for another")
        : Judgement.fails(same.status() + " for the same tag, " + other.status() + " for another");
  }

  static Judgement keepAlive(Client client) throws IOException {
    try (var connection = client.connect()) {
      var replies = new ArrayList<Reply>();
      for (int i = 0; i < 3; i++) {
        replies.add(connection.exchange(client.read()));
      }
      return inOrder(replies, client);
    }
  }

  static Judgement pipelining(Client client) throws IOException {
    try (var connection = client.connect()) {
      connection.write(client.read().text().repeat(3));
      var replies = new ArrayList<Reply>();
      for (int i = 0; i < 3; i++) {
        replies.add(connection.read("GET"));
      }
      return inOrder(replies, client);
    }
  }

  private static Judgement inOrder(List<Reply> replies, Client client) {
    return replies.stream().allMatch(client::isSame)
        ? Judgement.passes("three answers on a connection")
        : Judgement.fails("an answer without the secret");
  }

  static Judgement atOnce(Client client) throws IOException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var reads = new ArrayList<Future<Reply>>();
      for (int i = 0; i < AT_ONCE; i++) {
        reads.add(threads.submit(() -> client.send(client.read())));
      }
      for (var read : reads) {
        if (!client.isSame(read.get())) {
          return Judgement.fails("an answer without the secret");
        }
      }
      return Judgement.passes("each gets the value");
    } catch (ExecutionException failed) {
      throw new IOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
  }

  static Judgement largeHead(Client client) throws IOException {
    var reply = client.send(client.read().with("X-Conformance: " + "x".repeat(6 << 10)));
    return client.isSame(reply)
        ? Judgement.passes("200, the same value")
        : Judgement.differs(Integer.toString(reply.status()));
  }

  /** The agent may answer, or close the connection while the head is being sent. */
  static Judgement endlessHead(Client client) throws IOException {
    try {
      int status =
          client.send(client.read().with("X-Conformance: " + "x".repeat(1 << 20))).status();
      if (!Case.REFUSED.test(status)) {
        return Judgement.differs(Integer.toString(status));
      }
    } catch (IOException closed) {
      return after("it is refused; then ", client);
    }
    return after("it is refused; then ", client);
  }
}
