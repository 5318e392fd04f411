package dev.kmsagent.adapters.http;

import dev.kmsagent.adapters.http.dialect.Dialects;
import dev.kmsagent.adapters.http.request.SecretRequestParser;
import dev.kmsagent.config.ConfidentialText;
import dev.kmsagent.config.ListenAddress;
import dev.kmsagent.config.ServerConfig.ResponseType;
import dev.kmsagent.domain.CacheState;
import dev.kmsagent.domain.Retrieval.Found;
import dev.kmsagent.testkit.Secrets;
import dev.kmsagent.testkit.VirtualTime;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.eclipse.jetty.util.thread.TryExecutor;

/** What reads and checks requests, without a network: all of it runs in the caller's thread. */
final class LoopbackAgent {
  static final String TOKEN = "0123456789abcdef";

  /** Of the only secret, {@code db}, which is cached. */
  static final String VALUE = "hunter2-canary";

  private final VirtualTime time = new VirtualTime();
  private final Found found =
      new Found(Secrets.entry(Secrets.text("db", "v1", VALUE), time.instant()), CacheState.HIT);
  private final SerialHttpConnection.Factory connections =
      new SerialHttpConnection.Factory(JettyTransport.configuration());
  private final Tasks tasks = new Tasks();
  private final LocalConnector connector;

  LoopbackAgent() {
    var jetty = new Server(tasks);
    connector = new LocalConnector(jetty, tasks, null, null, 0, connections);
    var dialect = Dialects.of(ResponseType.KMS);
    var replies = new ReplyFactory(dialect, Optional.empty(), _ -> {}, time, "test");
    var operations = new FakeOperations();
    var anywhere = new ListenAddress(InetAddress.getLoopbackAddress(), 0);
    var config = TestAgent.server(anywhere, ResponseType.KMS, "/v1/", 1);
    var secrets = new FakeRetrieval();
    secrets.answer("db", found);
    var callers =
        new TokenHolders(config.guard().headers(), () -> new ConfidentialText(TOKEN), secrets);
    var guard =
        new RequestGuard(
            config, callers, new SecretRequestParser(dialect::stage), Optional.empty());
    var fastPath =
        new FastPathHandler(
            connector, guard, callers, replies, new StatusPages(operations, operations, replies));
    fastPath.setHandler(new Behind());
    jetty.setHandler(fastPath);
    jetty.setErrorHandler(new JettyErrorHandler(replies));
  }

  /** Jetty's tasks for other threads, which the caller's thread runs one after the other. */
  private static final class Tasks implements ThreadPool, TryExecutor {
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    @Override
    public void execute(Runnable task) {
      waiting.add(task);
    }

    @Override
    public boolean tryExecute(Runnable task) {
      return waiting.add(task);
    }

    void runAll() {
      for (var next = waiting.poll(); next != null; next = waiting.poll()) {
        next.run();
      }
    }

    @Override
    public void join() {}

    @Override
    public int getThreads() {
      return 1;
    }

    @Override
    public int getIdleThreads() {
      return 1;
    }

    @Override
    public boolean isLowOnThreads() {
      return false;
    }
  }

  /** Stands for the routes: they get what the fast path does not answer. */
  private static final class Behind extends Handler.Abstract.NonBlocking {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      response.setStatus(299);
      callback.succeeded();
      return true;
    }
  }

  /** What a connection answers in which a client sends {@code bytes} and no more. */
  synchronized String exchange(byte[] bytes) {
    try (var client = new Client()) {
      client.addInput(ByteBuffer.wrap(bytes));
      client.addInputEOF();
      var connection = connections.newConnection(connector, client);
      client.setConnection(connection);
      connection.onOpen();
      tasks.runAll();
      return client.takeOutputString(StandardCharsets.ISO_8859_1);
    }
  }

  /** A connection without a network. */
  private final class Client extends ByteArrayEndPoint {
    @Override
    protected void execute(Runnable task) {
      tasks.execute(task);
    }
  }
}
