import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The checks that take more than one request, or more than the status of the answer. */
final class Probes {
  private static final int WRONG_TOKENS = 50;
  private static final int AT_ONCE = 20;

  private Probes() {}

  static Judgement dialect(Client client) {
    var dialect = client.first().dialect();
    return dialect.isEmpty() ? Judgement.fails("none that is known") : Judgement.passes(dialect);
  }

  static Judgement fiftyWrongTokens(Client client) throws IOException {
    for (int i = 0; i < WRONG_TOKENS; i++) {
      var reply = client.send(client.read("-{header}; {header}: wrong-" + i));
      if (!reply.isRefusal()) {
        return Judgement.fails(Integer.toString(reply.status()));
      }
    }
    return after("each is refused; then ", client);
  }

  private static Judgement after(String what, Client client) throws IOException {
    var next = Expectation.of("value").judge(client, client.send(client.read("")));
    return new Judgement(next.verdict(), what + next.seen());
  }

  static Judgement entityTag(Client client) throws IOException {
    var tag = client.send(client.read("")).header("ETag");
    if (tag.isEmpty()) {
      return Judgement.differs("no such header");
    }
    var same = client.send(client.read("If-None-Match: " + tag.get()));
    var other = client.send(client.read("If-None-Match: \"conformance\""));
    return same.status() == 304 && client.isSame(other)
        ? Judgement.passes("304 for the same tag, 200 for another")
        : Judgement.fails(same.status() + " for the same tag, " + other.status() + " for another");
  }

  static Judgement keepAlive(Client client) throws IOException {
    try (var connection = client.connect()) {
      var replies = new ArrayList<Reply>();
      for (int i = 0; i < 3; i++) {
        replies.add(connection.exchange(client.read("")));
      }
      return inOrder(replies, client);
    }
  }

  static Judgement pipelining(Client client) throws IOException {
    try (var connection = client.connect()) {
      connection.write(client.read("").repeat(3));
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
        reads.add(threads.submit(() -> client.send(client.read(""))));
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

  /** The agent may answer, or close the connection while the head is being sent. */
  static Judgement endlessHead(Client client) throws IOException {
    try {
      var reply = client.send(client.read("X-Conformance: " + "x".repeat(1 << 20)));
      if (!reply.isRefusal()) {
        return Judgement.differs(Integer.toString(reply.status()));
      }
    } catch (IOException closed) {
      return after("it is refused; then ", client);
    }
    return after("it is refused; then ", client);
  }
}
