package dev.kmsagent.adapters.cache.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kmsagent.testkit.VirtualTime;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BoundedReplyStreamTest {
  private static final int BULK = BoundedReplyStream.LONGEST_BULK;
  private static final int LINE = BoundedReplyStream.LONGEST_LINE;
  private static final int SLOTS = ClusterSlots.SLOTS;
  private static final int NODES = ClusterSlots.MOST_NODES;
  private static final int ITEMS = BoundedReplyStream.LARGEST_REPLY / BoundedReplyStream.ITEM;

  /** As a real Redis answers: HELLO 2, an error, a script, and CLUSTER SLOTS; | ends a line. */
  private static final String TRANSCRIPT =
      """
      *14|$6|server|$5|redis|$7|version|$6|6.2.14|$5|proto|:3|$2|id|:7|$4|mode|$10|standalone|\
      $4|role|$6|master|$7|modules|*0|+OK|-NOSCRIPT No matching script. Please use EVAL.|\
      *2|$-1|$5|a|b\0|*3|:1|$-1|$0||*1|*3|:0|:16383|*3|$9|127.0.0.1|:7000|$2|id|*-1|"""
          .replace("|", "\r\n");

  private final ReplyBudget budget = new ReplyBudget();
  private final VirtualTime time = new VirtualTime();

  private BoundedReplyStream bounded(InputStream in) {
    return new BoundedReplyStream(in, budget, time);
  }

  private static InputStream stream(String... parts) {
    return new SequenceInputStream(
        Collections.enumeration(
            Stream.of(parts)
                .map(part -> (InputStream) new ByteArrayInputStream(part.getBytes(ISO_8859_1)))
                .toList()));
  }

  /** The bytes that pass before the end, or the failure. */
  private static String pass(InputStream in) throws IOException {
    var passed = new ByteArrayOutputStream();
    in.transferTo(passed);
    return passed.toString(ISO_8859_1);
  }

  private void assertPasses(String replies) throws IOException {
    assertThat(pass(bounded(stream(replies)))).isEqualTo(replies);
    assertThat(budget.reserved()).isZero();
  }

  private void assertStopped(String reply) {
    try (var stream = bounded(stream(reply))) {
      assertThatThrownBy(() -> pass(stream)).isInstanceOf(UnacceptableReplyException.class);
      assertThatThrownBy(() -> pass(stream)).isInstanceOf(UnacceptableReplyException.class);
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
    assertThat(budget.reserved()).isZero();
  }

  @Test
  void a_transcript_passes_unchanged_wherever_it_is_split() throws IOException {
    assertPasses(TRANSCRIPT);
    for (var i = 1; i < TRANSCRIPT.length(); i++) {
      var parts = stream(TRANSCRIPT.substring(0, i), TRANSCRIPT.substring(i));
      assertThat(pass(bounded(parts))).isEqualTo(TRANSCRIPT);
    }
    assertThat(pass(bounded(stream(TRANSCRIPT.split(""))))).isEqualTo(TRANSCRIPT);
  }

  @Test
  void a_reply_at_a_bound_passes() throws IOException {
    assertPasses("$" + BULK + "\r\n" + "x".repeat(BULK) + "\r\n");
    assertPasses("+" + "x".repeat(LINE) + "\r\n");
    assertPasses("-" + "x".repeat(LINE) + "\r\n");
    assertPasses("*1\r\n".repeat(BoundedReplyStream.DEEPEST) + ":1\r\n");
    assertPasses("*" + (ITEMS - 1) + "\r\n" + "$-1\r\n".repeat(ITEMS - 1));
  }

  /** Of very small ranges, which servers need not sort; the next answer is counted anew. */
  @Test
  void a_cluster_at_a_bound_passes() throws IOException {
    assertPasses(slots(SLOTS / 4, i -> range(4L * i, 4 * i + 3, node("10.0.0.1", 6379))));
    var ranges = 4 * NODES;
    assertPasses(
        slots(ranges, i -> range(ranges - i - 1, ranges - i - 1, node("10.0.0.1", i % NODES))));
    assertPasses(
        slots(NODES, i -> range(i, i, node("10.0.0.1", i)))
            + slots(NODES, i -> range(i, i, node("10.0.0.2", i))));
    assertPasses(slots(2, i -> range(8192L * i, 8192 * i + 8191, node("10.0.0.1", i))).repeat(2));
  }

  private static String slots(int ranges, IntFunction<String> range) {
    return "*" + ranges + "\r\n" + IntStream.range(0, ranges).mapToObj(range).collect(joining());
  }

  private static String range(long first, long last, String node) {
    return "*3\r\n:" + first + "\r\n:" + last + "\r\n" + node;
  }

  private static String node(String host, int port) {
    return "*3\r\n$" + host.length() + "\r\n" + host + "\r\n:" + port + "\r\n$2\r\nid\r\n";
  }

  /** What no cluster has: each costs Jedis an object for each slot, or a pool for each node. */
  static Stream<String> clusters() {
    var node = node("10.0.0.1", 6379);
    return Stream.of(
        slots(1, _ -> range(0, Integer.MAX_VALUE, node)),
        slots(1, _ -> range(0, 1L << 32, node)),
        slots(1, _ -> range(0, SLOTS, node)),
        slots(1, _ -> range(SLOTS, SLOTS, node)),
        slots(1, _ -> range(-1, 5, node)),
        slots(1, _ -> range(-5, -1, node)),
        slots(1, _ -> range(6, 5, node)),
        slots(2, _ -> range(0, 16_383, node)),
        slots(4000, i -> range(i, 16_383, node)),
        // The third number is not the first one of the next range.
        slots(3, _ -> "*3\r\n:0\r\n:16383\r\n:16383\r\n"),
        slots(3, i -> i == 0 ? "*3\r\n:0\r\n:0\r\n:0\r\n" : range(0, 16_383, node)),
        slots(NODES + 1, i -> range(i, i, node("10.0.0.1", i))),
        slots(NODES + 1, i -> range(i, i, node("host" + i, 6379))),
        // As a text "h1" and "1" is the same as "h" and "11".
        slots(NODES + 1, i -> range(i, i, node("h" + "1".repeat(i), 1))),
        slots(
            1,
            _ ->
                "*259\r\n:0\r\n:16383\r\n"
                    + IntStream.range(0, NODES + 1)
                        .mapToObj(i -> node("10.0.0.1", i))
                        .collect(joining())),
        slots(NODES + 1, i -> "*1\r\n*2\r\n+host" + i + "\r\n:1\r\n"));
  }

  @ParameterizedTest
  @MethodSource("clusters")
  void a_cluster_that_lies_about_its_slots_or_nodes_ends_the_stream(String lie) {
    assertStopped(lie);
  }

  /** They are kept until the answer ends. */
  @Test
  void the_nodes_of_a_cluster_count_twice() throws IOException {
    var large = node("h".repeat(BULK - 10), 1);
    try (var stream = bounded(stream(slots(2, i -> range(i, i, large))))) {
      assertThat(stream.readNBytes(large.length())).isNotEmpty();
      assertThat(budget.reserved()).isGreaterThan(2L * (BULK - 100));
    }
  }

  static Stream<String> lies() {
    var tooLong = List.of("60000000", "2147483647", "9".repeat(30));
    var noLengths = List.of("-2", "-11", "--1", "-", "", "x", "1x", "+1", " 1", "?", "1\r1");
    var lengths =
        Stream.concat(tooLong.stream(), noLengths.stream())
            .flatMap(length -> Stream.of("$" + length, "*" + length));
    var endless = Stream.of("+", "-", ":", "$", "*").map(type -> type + "1".repeat(LINE + 1));
    var unknown =
        Stream.of("_ #t =7 ~1 %1 >1 ,3.25 (1 !3 |1 ;4 . H \0".split(" ")).map(it -> it + "\r\n");
    var others =
        Stream.of(
            "\r\n",
            "$" + (BULK + 1) + "\r\n",
            "*" + (ITEMS + 1) + "\r\n",
            "*1\r\n".repeat(BoundedReplyStream.DEEPEST + 1),
            "$1\r\nabc",
            "$1\r\na\rb",
            "+a\rb",
            "*1\r\n-ASK\r\n",
            "*" + ITEMS / 2 + "\r\n" + ("$" + BULK + "\r\n" + "x".repeat(BULK) + "\r\n").repeat(12),
            "*8\r\n*10000\r\n:1\r\n*40000\r\n");
    return Stream.of(lengths.map(it -> it + "\r\n"), endless, unknown, others).flatMap(lie -> lie);
  }

  @ParameterizedTest
  @MethodSource("lies")
  void a_lie_ends_the_stream(String lie) {
    assertStopped(lie);
    assertStopped("+OK\r\n*1\r\n:1\r\n" + lie);
  }

  @Test
  void a_reply_that_comes_byte_by_byte_ends_the_stream_after_a_while() throws IOException {
    var stream = bounded(stream("$", "3", "\r\n", "a", "b", "c", "\r\n"));
    for (var i = 0; i < 3; i++) {
      assertThat(stream.read(new byte[8], 0, 8)).isPositive();
      time.advance(ReplyBudget.LONGEST.dividedBy(4));
    }
    time.advance(ReplyBudget.LONGEST);
    assertThatThrownBy(stream::read).isInstanceOf(UnacceptableReplyException.class);
  }

  @Test
  void the_pause_between_replies_may_be_long() throws IOException {
    var stream = bounded(stream("+a\r\n", "+b\r\n"));
    assertThat(stream.read(new byte[8], 0, 8)).isEqualTo(4);
    time.advance(Duration.ofHours(1));
    assertThat(stream.read(new byte[8], 0, 8)).isEqualTo(4);
  }

  @Test
  void what_a_connection_reserved_that_nobody_closed_is_free_after_a_while() throws IOException {
    var forgotten = bounded(stream("*40000\r\n"));
    assertThat(pass(forgotten)).isNotEmpty();
    assertThatThrownBy(() -> pass(bounded(stream("*40000\r\n"))))
        .isInstanceOf(UnacceptableReplyException.class);
    time.advance(ReplyBudget.LONGEST.plusNanos(1));
    assertThat(pass(bounded(stream("*40000\r\n")))).isNotEmpty();
  }

  @Test
  void large_replies_share_a_budget_and_give_it_back() throws IOException {
    var begun = "*12\r\n" + ("$" + BULK + "\r\n" + "x".repeat(BULK) + "\r\n").repeat(11);
    var one = bounded(stream(begun));
    var other = bounded(stream(begun));
    pass(one);
    assertThat(budget.reserved()).isGreaterThan(11L * BULK);
    assertThatThrownBy(() -> pass(other)).isInstanceOf(UnacceptableReplyException.class);
    other.close();
    one.close();
    assertThat(budget.reserved()).isZero();
    assertPasses("$" + BULK + "\r\n" + "x".repeat(BULK) + "\r\n");
  }
}
