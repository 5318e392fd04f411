package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kmsagent.testkit.Patience;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.junit.jupiter.api.Test;

class SerialHttpConnectionTest {
  @Test
  void a_second_thread_does_not_read_a_connection_before_the_first_has_finished()
      throws InterruptedException {
    var factory = new SerialHttpConnection.Factory(new HttpConfiguration());
    var client = new SlowClient();
    var connection =
        (HttpConnection) factory.newConnection(new LocalConnector(new Server(), factory), client);
    client.setConnection(connection);

    var first = Thread.ofPlatform().start(connection::onFillable);
    client.firstRead.await();
    var second = Thread.ofPlatform().start(connection::onFillable);
    Patience.assertSoon(() -> second.getState() == Thread.State.WAITING || client.reads.get() > 1);

    assertThat(client.reads).hasValue(1);
    client.mayEnd.countDown();
    first.join();
    second.join();
    assertThat(client.reads).hasValue(2);
  }

  /** The first read of what it sends takes until it is allowed to end; nothing has come then. */
  private static final class SlowClient extends ByteArrayEndPoint {
    private final AtomicInteger reads = new AtomicInteger();
    private final CountDownLatch firstRead = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    @Override
    public int fill(ByteBuffer buffer) {
      if (reads.incrementAndGet() == 1) {
        firstRead.countDown();
        await();
      }
      return -1;
    }

    private void await() {
      try {
        mayEnd.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
