package dev.kmsagent.adapters.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpField;
import org.junit.jupiter.api.Test;

class SharedPageTest {
  /** Who renders looks at the clock when it asks and when it begins. */
  private static final int TIMES_OF_FIRST = 2;

  private final AtomicInteger renderings = new AtomicInteger();
  private final AtomicLong nanos = new AtomicLong();
  private final SharedPage page = new SharedPage(this::render, nanos::get);

  private SharedPage.Content render() {
    renderings.incrementAndGet();
    nanos.incrementAndGet();
    return new SharedPage.Content(
        200, new HttpField("Content-Type", "text/plain"), ByteBuffer.allocate(0));
  }

  @Test
  void a_page_that_was_read_is_rendered_again() {
    page.get().sent();
    page.get().sent();
    assertThat(renderings).hasValue(2);
  }

  @Test
  void a_page_that_a_client_has_not_read_is_shared_for_a_second() {
    page.get();
    for (int i = 0; i < 500; i++) {
      page.get().sent();
    }
    assertThat(renderings).hasValue(1);
    nanos.addAndGet(SharedPage.SHARED_FOR.toNanos());
    page.get();
    assertThat(renderings).hasValue(2);
  }

  @Test
  void who_asks_while_it_is_rendered_shares_the_next_rendering() throws InterruptedException {
    var begun = new CountDownLatch(1);
    var asked = new CountDownLatch(TIMES_OF_FIRST + 20);
    var end = new CountDownLatch(1);
    var slow =
        new SharedPage(
            () -> {
              begun.countDown();
              join(end);
              return render();
            },
            () -> {
              var now = nanos.get();
              asked.countDown();
              return now;
            });
    var threads = new ArrayList<Thread>();
    threads.add(Thread.ofVirtual().start(() -> slow.get().sent()));
    begun.await();
    nanos.addAndGet(SharedPage.SHARED_FOR.toNanos());
    for (int i = 0; i < 20; i++) {
      threads.add(Thread.ofPlatform().start(() -> slow.get().sent()));
    }
    asked.await();
    end.countDown();
    for (var thread : threads) {
      thread.join();
    }
    assertThat(renderings).hasValue(2);
  }

  private static void join(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
