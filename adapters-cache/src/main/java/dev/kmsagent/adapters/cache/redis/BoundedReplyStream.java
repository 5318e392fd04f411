package dev.kmsagent.adapters.cache.redis;

import dev.kmsagent.adapters.cache.crypto.Envelope;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.regex.Pattern;

/**
 * What a server of Redis sends (RESP2), checked before Jedis reads it: Jedis allocates what a reply
 * announces. The stream fails, for good, with the first byte of a reply that exceeds a bound or is
 * not of the protocol. The bytes pass unchanged. For one reader; another thread may close it.
 */
final class BoundedReplyStream extends InputStream {
  /** A value is an envelope at most, or a part of a reply about servers. */
  static final int LONGEST_BULK = Envelope.LONGEST;

  /** An error may quote what was sent, or the place in a script. */
  static final int LONGEST_LINE = 16 << 10;

  /** Enough for 64 bits with a sign. */
  static final int LONGEST_NUMBER = 32;

  /** {@code CLUSTER SLOTS} and {@code HELLO} have four levels. */
  static final int DEEPEST = 8;

  /** The level of a range of slots; only {@code CLUSTER SLOTS} has numbers there. */
  private static final int RANGE = 2;

  /** The level of a node of a cluster, or of a module in {@code HELLO}. */
  private static final int NODE = 3;

  /** Some 4,000 ranges of slots of a cluster. */
  static final int LARGEST_REPLY = 3 << 20;

  /** The heap that an item takes beside its bytes: an array or a list, and its place in a list. */
  static final int ITEM = 64;

  /** An error becomes an exception with a stack trace. */
  static final int ERROR = 2048;

  /** Smaller replies are as large as the buffer of each connection, and need no budget. */
  static final int SMALL_REPLY = 8 << 10;

  /** A length, or -1 for no value; or a slot. */
  private static final Pattern NUMBER = Pattern.compile("-1|\\d{1,10}");

  /** In the place of the type of a line: the end of a value, and none so far. */
  private static final char END = 0;

  private static final char NONE = 1;

  private final InputStream in;
  private final ReplyBudget budget;
  private final InstantSource clock;

  /** Stands for the stream in the budget, which keeps no connection alive. */
  private final Object self = new Object();

  private char type = NONE;
  private int length;
  private boolean endsLine;

  /** The beginning of the line; of a length all. */
  private final StringBuilder line = new StringBuilder();

  private int bytesLeft;
  private final int[] itemsLeft = new int[DEEPEST];
  private int depth;
  private final ClusterSlots cluster = new ClusterSlots();
  private Instant began = Instant.MIN;

  /** Of the reply that is being received; 0 between two. */
  private long cost;

  private boolean failed;

  BoundedReplyStream(InputStream in, ReplyBudget budget, InstantSource clock) {
    this.in = in;
    this.budget = budget;
    this.clock = clock;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int count) throws IOException {
    if (failed) {
      throw new UnacceptableReplyException("a reply before was not acceptable");
    }
    var got = in.read(buffer, offset, count);
    try {
      checkTime();
      check(buffer, offset, offset + got);
    } catch (UnacceptableReplyException unacceptable) {
      failed = true;
      throw unacceptable;
    }
    return got;
  }

  private void checkTime() throws UnacceptableReplyException {
    if (cost > 0 && clock.instant().isAfter(began.plus(ReplyBudget.LONGEST))) {
      throw new UnacceptableReplyException("a reply takes too long");
    }
  }

  private void check(byte[] buffer, int start, int end) throws UnacceptableReplyException {
    var i = start;
    while (i < end) {
      var count = bytesLeft > 0 ? Math.min(bytesLeft, end - i) : 1;
      if (depth == NODE) {
        spend(count); // for the copy
        cluster.receiveNode(buffer, i, count);
      }
      if (bytesLeft > 0) {
        bytesLeft -= count;
      } else {
        take((char) (buffer[i] & 0xff));
      }
      i += count;
    }
    if (cost > 0 && began.equals(Instant.MIN)) {
      began = clock.instant();
    }
  }

  private void take(char next) throws UnacceptableReplyException {
    if (type == NONE) {
      begin(next);
    } else if (endsLine) {
      require(next == '\n');
      endLine();
    } else if (next == '\r') {
      endsLine = true;
    } else {
      require(++length <= longest());
      if (length <= LONGEST_NUMBER) {
        line.append(next);
      }
    }
  }

  private int longest() {
    return switch (type) {
      case '+', '-' -> LONGEST_LINE;
      case END -> 0;
      default -> LONGEST_NUMBER;
    };
  }

  private static void require(boolean condition) throws UnacceptableReplyException {
    if (!condition) {
      throw new UnacceptableReplyException("not a reply, or too long");
    }
  }

  private void begin(char next) throws UnacceptableReplyException {
    require("+-:$*".indexOf(next) >= 0);
    if (cost == 0) {
      spend(ITEM);
    }
    if (next == '-') {
      // Jedis fails on a redirect without an address, in the middle of any reply around it.
      require(depth == 0);
      spend(ERROR);
    }
    type = next;
  }

  private void endLine() throws UnacceptableReplyException {
    var ended = type;
    var text = line.toString();
    var characters = length;
    type = NONE;
    endsLine = false;
    line.setLength(0);
    length = 0;
    if (ended == '$') {
      beginBytes(number(text));
    } else if (ended == '*') {
      beginItems(number(text));
    } else {
      spend(characters);
      require(ended != ':' || depth != RANGE || cluster.accepts(number(text)));
      endItem();
    }
  }

  private static long number(String text) throws UnacceptableReplyException {
    require(NUMBER.matcher(text).matches());
    return Long.parseLong(text);
  }

  private void beginBytes(long count) throws UnacceptableReplyException {
    if (count < 0) {
      endItem();
    } else {
      require(count <= LONGEST_BULK);
      spend(count);
      bytesLeft = (int) count;
      type = END;
    }
  }

  private void beginItems(long count) throws UnacceptableReplyException {
    if (count < 0) {
      endItem();
      return;
    }
    require(depth < DEEPEST);
    spend(count * ITEM);
    if (count == 0) {
      endItem();
    } else {
      itemsLeft[depth++] = (int) count;
      if (depth == RANGE) {
        cluster.beginRange();
      }
    }
  }

  private void endItem() throws UnacceptableReplyException {
    while (depth > 0 && --itemsLeft[depth - 1] == 0) {
      if (depth-- == NODE) {
        require(cluster.acceptsNode());
      }
    }
    if (depth == 0) {
      endReply();
    }
  }

  private void endReply() {
    began = Instant.MIN;
    if (cost > SMALL_REPLY) {
      budget.release(self);
    }
    cost = 0;
    cluster.clear();
  }

  /** Before Jedis takes the memory. */
  private void spend(long bytes) throws UnacceptableReplyException {
    cost += bytes;
    require(cost <= LARGEST_REPLY);
    if (cost > SMALL_REPLY) {
      budget.reserve(self, cost, clock.instant());
    }
  }

  /** Gives back what an unfinished reply has reserved. */
  @Override
  public void close() throws IOException {
    budget.release(self);
    in.close();
  }
}
