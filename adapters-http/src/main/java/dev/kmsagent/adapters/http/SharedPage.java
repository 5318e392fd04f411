package dev.kmsagent.adapters.http;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.util.NanoTime;
import org.jspecify.annotations.Nullable;

/**
 * A page that takes a moment to render. It is rendered by one thread at a time. A rendering is
 * shared by all who asked before it began and, for up to a second, by all who ask before every
 * client has read it: so clients that do not read hold at most one rendering for each second.
 * Thread-safe; whoever asks may wait.
 */
final class SharedPage {
  static final Duration SHARED_FOR = Duration.ofSeconds(1);

  private final Supplier<Content> renderer;
  private final LongSupplier ticker;
  private @Nullable Rendering last;

  SharedPage(Supplier<Content> renderer) {
    this(renderer, NanoTime::now);
  }

  /** Takes a clock that counts nanoseconds. */
  SharedPage(Supplier<Content> renderer, LongSupplier ticker) {
    this.renderer = renderer;
    this.ticker = ticker;
  }

  /** What a page says. */
  record Content(int status, HttpField contentType, ByteBuffer body) {}

  /** A content, shared until {@link #sent} was called for each time that it was given. */
  static final class Rendering {
    private final long begun;
    private final Content content;
    private final AtomicInteger unsent = new AtomicInteger();

    private Rendering(long begun, Content content) {
      this.begun = begun;
      this.content = content;
    }

    Content content() {
      return content;
    }

    void sent() {
      unsent.decrementAndGet();
    }

    private boolean isFor(long asked) {
      return !NanoTime.isBefore(begun, asked)
          || (unsent.get() > 0 && NanoTime.elapsed(begun, asked) < SHARED_FOR.toNanos());
    }
  }

  Rendering get() {
    return get(ticker.getAsLong());
  }

  private synchronized Rendering get(long asked) {
    var rendering = last;
    if (rendering == null || !rendering.isFor(asked)) {
      rendering = new Rendering(ticker.getAsLong(), renderer.get());
      last = rendering;
    }
    rendering.unsent.incrementAndGet();
    return rendering;
  }
}
