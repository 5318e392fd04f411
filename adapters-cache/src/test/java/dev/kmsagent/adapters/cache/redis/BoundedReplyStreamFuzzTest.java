package dev.kmsagent.adapters.cache.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.kmsagent.testkit.FuzzInputs;
import dev.kmsagent.testkit.VirtualTime;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.util.RedisInputStream;

/**
 * Fuzz target: what a server of Redis sends, in pieces of the size that the first byte gives. Jedis
 * deprecates reading without a receiver of pushes, which here are replies like others.
 */
@SuppressWarnings("deprecation")
final class BoundedReplyStreamFuzzTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Heap of a connection of Jedis, and of the exception that ends it. */
  private static final int CONNECTION = 64 << 10;

  /** Heap of small replies: four bytes may be an error, which becomes an exception. */
  private static final int PER_BYTE = BoundedReplyStream.ERROR / 4;

  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    if (input.length == 0) {
      return;
    }
    var piece = 1 + (input[0] & 0xff);
    var replies = Arrays.copyOfRange(input, 1, input.length);
    assertUnchanged(replies, piece);
    assertReadByJedis(replies, piece);
  }

  /** What passes is the beginning of what was sent, and an end gives back all memory. */
  private static void assertUnchanged(byte[] replies, int piece) throws IOException {
    var budget = new ReplyBudget();
    var passed = 0;
    try (var stream = bounded(replies, piece, budget)) {
      var buffer = new byte[1024];
      for (var got = stream.read(buffer); got >= 0; got = stream.read(buffer)) {
        assertThat(Arrays.copyOf(buffer, got))
            .isEqualTo(Arrays.copyOfRange(replies, passed, passed + got));
        passed += got;
        assertThat(budget.reserved()).isLessThanOrEqualTo(BoundedReplyStream.LARGEST_REPLY);
      }
      assertThat(passed).isEqualTo(replies.length);
    } catch (UnacceptableReplyException stopped) {
      assertThat(passed).isLessThan(replies.length);
    }
    assertThat(budget.reserved()).isZero();
  }

  /** Jedis allocates what the bound of a reply allows, and ends each reply in its own ways. */
  private static void assertReadByJedis(byte[] replies, int piece) {
    var allowed = BoundedReplyStream.LARGEST_REPLY + CONNECTION + PER_BYTE * replies.length;
    // The first time, classes may be loaded.
    if (allocated(replies, piece) > allowed) {
      assertThat(allocated(replies, piece)).isLessThanOrEqualTo(allowed);
    }
  }

  private static long allocated(byte[] replies, int piece) {
    var in = new RedisInputStream(bounded(replies, piece, new ReplyBudget()));
    var before = THREADS.getCurrentThreadAllocatedBytes();
    var left = replies.length;
    while (isRead(in, replies)) {
      assertThat(left--).isPositive();
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  /** Whether a reply was read: a value, an error, or a redirect that Jedis cannot read. */
  private static boolean isRead(RedisInputStream in, byte[] replies) {
    try {
      var _ = Protocol.read(in);
      return true;
    } catch (JedisConnectionException end) {
      return false;
    } catch (JedisDataException error) {
      return true;
    } catch (IndexOutOfBoundsException | NumberFormatException failure) {
      assertThat(new String(replies, ISO_8859_1)).containsAnyOf("-MOVED", "-ASK");
      return true;
    }
  }

  private static BoundedReplyStream bounded(byte[] replies, int piece, ReplyBudget budget) {
    return new BoundedReplyStream(pieces(replies, piece), budget, new VirtualTime());
  }

  private static InputStream pieces(byte[] bytes, int size) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public int read(byte[] buffer, int offset, int count) {
        return super.read(buffer, offset, Math.min(count, size));
      }
    };
  }

  @ParameterizedTest
  @MethodSource(FuzzInputs.OF_THE_CLASS)
  void it_holds_for_each_kept_input(byte[] input) throws IOException {
    fuzzerTestOneInput(input);
  }
}
